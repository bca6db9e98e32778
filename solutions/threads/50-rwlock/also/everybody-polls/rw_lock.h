// Another right design: nobody sleeps, and nobody is told anything. A spin lock protects a handful of
// numbers, and whoever has to wait takes it again and again to look at them. Tickets say whose turn it is.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <atomic>
#include <mutex>
#include <thread>

class SpinFlag {
 public:
  void lock() {
    while (raised_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() { raised_.clear(std::memory_order_release); }

 private:
  std::atomic_flag raised_ = ATOMIC_FLAG_INIT;
};

class RwLock {
 public:
  void lock_shared() {
    const unsigned ticket = DrawTicket();
    Poll([this, ticket] {
      if (serving_ != ticket || has_writer_ || is_upgrading_) return false;
      ++serving_;
      ++readers_;
      return true;
    });
  }

  void unlock_shared() {
    std::lock_guard lock(flag_);
    --readers_;
  }

  void lock() {
    const unsigned ticket = DrawTicket();
    Poll([this, ticket] {
      if (serving_ != ticket || has_writer_ || readers_ > 0) return false;
      ++serving_;
      has_writer_ = true;
      return true;
    });
  }

  void unlock() {
    std::lock_guard lock(flag_);
    has_writer_ = false;
  }

  bool try_upgrade() {
    {
      std::lock_guard lock(flag_);
      if (is_upgrading_) return false;
      is_upgrading_ = true;
    }
    Poll([this] {
      if (readers_ > 1) return false;
      is_upgrading_ = false;
      readers_ = 0;
      has_writer_ = true;
      return true;
    });
    return true;
  }

  void downgrade() {
    std::lock_guard lock(flag_);
    has_writer_ = false;
    readers_ = 1;
  }

 private:
  unsigned DrawTicket() {
    std::lock_guard lock(flag_);
    return next_ticket_++;
  }

  // Tries to make the step until it says that it could.
  template <class Step>
  void Poll(Step step) {
    for (;;) {
      {
        std::lock_guard lock(flag_);
        if (step()) return;
      }
      std::this_thread::yield();
    }
  }

  SpinFlag flag_;
  // All guarded by flag_.
  unsigned next_ticket_ = 0;
  unsigned serving_ = 0;
  int readers_ = 0;
  bool has_writer_ = false;
  bool is_upgrading_ = false;
};

#endif  // RW_LOCK_H_
