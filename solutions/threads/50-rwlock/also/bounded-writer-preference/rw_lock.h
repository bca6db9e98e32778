// Another right design: writers come first, but only so many in a row. After the third one all readers
// who wait are let in.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <condition_variable>
#include <mutex>

class RwLock {
 public:
  void lock_shared() {
    std::unique_lock lock(mutex_);
    if (!has_writer_ && !is_upgrading_ && writers_waiting_ == 0) {
      ++readers_;
      return;
    }
    ++readers_waiting_;
    const int round = round_;
    while (round_ == round) changed_.wait(lock);
  }

  void unlock_shared() {
    std::lock_guard lock(mutex_);
    --readers_;
    changed_.notify_all();
  }

  void lock() {
    std::unique_lock lock(mutex_);
    ++writers_waiting_;
    while (readers_ > 0 || has_writer_) changed_.wait(lock);
    --writers_waiting_;
    has_writer_ = true;
  }

  void unlock() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
    ++writers_in_a_row_;
    if (writers_waiting_ == 0 || writers_in_a_row_ >= kWritersInARow) AdmitReaders();
    changed_.notify_all();
  }

  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) return false;
    is_upgrading_ = true;
    while (readers_ > 1) changed_.wait(lock);
    is_upgrading_ = false;
    readers_ = 0;
    has_writer_ = true;
    return true;
  }

  void downgrade() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
    readers_ = 1;
    AdmitReaders();
    changed_.notify_all();
  }

 private:
  static constexpr int kWritersInARow = 3;

  // REQUIRES: the caller holds mutex_, and notifies.
  void AdmitReaders() {
    readers_ += readers_waiting_;
    readers_waiting_ = 0;
    writers_in_a_row_ = 0;
    ++round_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  int readers_ = 0;
  int readers_waiting_ = 0;
  int writers_waiting_ = 0;
  int writers_in_a_row_ = 0;  // since readers were let in
  int round_ = 0;
  bool has_writer_ = false;
  bool is_upgrading_ = false;
};

#endif  // RW_LOCK_H_
