// Another right design: everybody draws a ticket and is served in the order of the tickets. A reader is
// served when it is inside, a writer too; so readers with tickets one after the other are inside together.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

class RwLock {
 public:
  void lock_shared() {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    changed_.wait(lock, [this, ticket] { return serving_ == ticket && !has_writer_ && !is_upgrading_; });
    ++readers_;
    ++serving_;
    changed_.notify_all();
  }

  void unlock_shared() {
    {
      std::lock_guard lock(mutex_);
      --readers_;
    }
    changed_.notify_all();
  }

  void lock() {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    changed_.wait(lock, [this, ticket] { return serving_ == ticket && !has_writer_ && readers_ == 0; });
    has_writer_ = true;
    ++serving_;
    changed_.notify_all();
  }

  void unlock() {
    {
      std::lock_guard lock(mutex_);
      has_writer_ = false;
    }
    changed_.notify_all();
  }

  // Needs no ticket: nobody who has one can be served before this reader has gone.
  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) return false;
    is_upgrading_ = true;
    changed_.wait(lock, [this] { return readers_ == 1; });
    is_upgrading_ = false;
    readers_ = 0;
    has_writer_ = true;
    return true;
  }

  void downgrade() {
    {
      std::lock_guard lock(mutex_);
      has_writer_ = false;
      readers_ = 1;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  std::uint64_t next_ticket_ = 0;
  std::uint64_t serving_ = 0;
  int readers_ = 0;
  bool has_writer_ = false;
  bool is_upgrading_ = false;
};

#endif  // RW_LOCK_H_
