// Another right design: first come, first served. Whoever has to wait stands in one line, with a condition
// variable of its own; readers who stand next to each other go in together.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <condition_variable>
#include <deque>
#include <mutex>

class RwLock {
 public:
  void lock_shared() {
    std::unique_lock lock(mutex_);
    if (line_.empty() && !has_writer_ && !is_upgrading_) {
      ++readers_;
    } else {
      WaitInLine(lock, /*writes=*/false);
    }
  }

  void unlock_shared() {
    std::lock_guard lock(mutex_);
    --readers_;
    if (is_upgrading_) {
      left_.notify_one();
    } else {
      CallNext();
    }
  }

  void lock() {
    std::unique_lock lock(mutex_);
    if (line_.empty() && !has_writer_ && readers_ == 0) {
      has_writer_ = true;
    } else {
      WaitInLine(lock, /*writes=*/true);
    }
  }

  void unlock() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
    CallNext();
  }

  // Does not stand in line: a reader who is inside comes before everybody who is outside.
  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) return false;
    is_upgrading_ = true;
    left_.wait(lock, [this] { return readers_ == 1; });
    is_upgrading_ = false;
    readers_ = 0;
    has_writer_ = true;
    return true;
  }

  void downgrade() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
    readers_ = 1;
    CallNext();
  }

 private:
  struct Waiting {
    bool writes = false;
    bool is_called = false;
    std::condition_variable called;
  };

  // Returns when this thread has got the lock.
  void WaitInLine(std::unique_lock<std::mutex>& lock, bool writes) {
    Waiting me;
    me.writes = writes;
    line_.push_back(&me);
    me.called.wait(lock, [&me] { return me.is_called; });
  }

  // Gives the lock to those at the head of the line who may have it. REQUIRES: the caller holds mutex_.
  void CallNext() {
    while (!line_.empty() && !has_writer_) {
      Waiting& first = *line_.front();
      if (first.writes && readers_ > 0) return;
      line_.pop_front();
      if (first.writes) {
        has_writer_ = true;
      } else {
        ++readers_;
      }
      first.is_called = true;
      first.called.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable left_;  // the reader who upgrades waits here
  // All guarded by mutex_.
  std::deque<Waiting*> line_;
  int readers_ = 0;
  bool has_writer_ = false;
  bool is_upgrading_ = false;
};

#endif  // RW_LOCK_H_
