// Another right design: as long as nobody wants to write, readers do not even touch the same memory. Each
// has a slot of its own in which it says that it is inside, and then looks for writers. A writer says that
// it is coming, and then looks into all slots. Whoever is second of the two sees the other one.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <numeric>

class RwLock {
 public:
  void lock_shared() {
    std::atomic<int>& slot = MySlot();
    slot.fetch_add(1);
    if (writers_.load() == 0) return;
    std::unique_lock lock(mutex_);
    if (writers_.load() == 0) return;  // it has gone, and the next one would need the mutex
    slot.fetch_sub(1);
    changed_.notify_all();  // a writer may have counted this thread
    ++readers_waiting_;
    const unsigned round = round_;
    changed_.wait(lock, [this, round] { return round_ != round; });
    slot.fetch_add(1);
    --readers_called_;
  }

  void unlock_shared() {
    MySlot().fetch_sub(1);
    if (writers_.load() == 0) return;
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  void lock() {
    std::unique_lock lock(mutex_);
    ++writers_;
    changed_.wait(lock, [this] { return !has_writer_ && ReadersInside() == 0; });
    has_writer_ = true;
  }

  void unlock() {
    std::lock_guard lock(mutex_);
    EndWriting();
  }

  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) return false;
    is_upgrading_ = true;
    ++writers_;
    changed_.wait(lock, [this] { return ReadersInside() == 1; });
    is_upgrading_ = false;
    has_writer_ = true;
    MySlot().fetch_sub(1);
    return true;
  }

  void downgrade() {
    std::lock_guard lock(mutex_);
    MySlot().fetch_add(1);
    EndWriting();
  }

 private:
  static constexpr std::size_t kSlots = 4;

  struct alignas(64) Slot {
    std::atomic<int> readers{0};
  };

  // Threads may share a slot; a thread always has the same one.
  std::atomic<int>& MySlot() {
    static std::atomic<std::size_t> threads{0};
    static thread_local const std::size_t my_index = threads.fetch_add(1) % kSlots;
    return slots_[my_index].readers;
  }

  // Once a writer has announced itself no thread can get in, so this only goes down, but for threads
  // that look in and withdraw. REQUIRES: the caller holds mutex_.
  int ReadersInside() const {
    return std::accumulate(slots_.begin(), slots_.end(), readers_called_,
                           [](int sum, const Slot& slot) { return sum + slot.readers.load(); });
  }

  // REQUIRES: the caller holds mutex_ and writes.
  void EndWriting() {
    has_writer_ = false;
    --writers_;
    readers_called_ += readers_waiting_;
    readers_waiting_ = 0;
    ++round_;
    changed_.notify_all();
  }

  std::array<Slot, kSlots> slots_;
  std::atomic<int> writers_{0};  // that wait, write or upgrade; changed with mutex_ held
  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  int readers_waiting_ = 0;
  int readers_called_ = 0;  // let in, but not in their slots yet
  unsigned round_ = 0;      // advances when readers are let in
  bool has_writer_ = false;
  bool is_upgrading_ = false;
};

#endif  // RW_LOCK_H_
