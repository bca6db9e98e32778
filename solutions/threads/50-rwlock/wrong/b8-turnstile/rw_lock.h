// expect: starvation check=reader-waits
//
// The error: everybody has to pass a turnstile, which a writer blocks while it waits and writes. That is
// meant to be fair; but the turnstile is a mutex, and a mutex does not say who comes next. A writer who
// has just left may pass a reader who has waited there all the time, again and again.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <condition_variable>
#include <mutex>

// Held by any number of readers together, or by one writer alone.
class RwLock {
 public:
  // Takes the lock for reading.
  void lock_shared() {
    std::lock_guard pass(turnstile_);
    std::lock_guard lock(mutex_);
    ++readers_;
  }

  // Gives it back. REQUIRES: the caller reads.
  void unlock_shared() {
    std::lock_guard lock(mutex_);
    --readers_;
    changed_.notify_all();
  }

  // Takes the lock for writing.
  void lock() {
    turnstile_.lock();
    std::unique_lock lock(mutex_);
    is_blocked_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return readers_ == 0; });
  }

  // Gives it back. REQUIRES: the caller writes.
  void unlock() {
    if (is_guest_) {
      is_guest_ = false;
      unlock_shared();
    } else {
      Unblock(/*readers=*/0);
    }
  }

  // Makes a writer of the reader that calls this, and returns true. Returns false, and the caller reads
  // on, if another reader is waiting for the same already. REQUIRES: the caller reads.
  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) return false;
    is_upgrading_ = true;
    // If a writer waits, it has blocked the turnstile; then this reader, whom it waits for, is its guest.
    bool is_mine = false;
    changed_.wait(lock, [this, &is_mine] {
      if (!is_blocked_ && turnstile_.try_lock()) is_blocked_ = is_mine = true;
      return is_blocked_ && readers_ == 1;
    });
    is_upgrading_ = false;
    is_guest_ = !is_mine;
    if (is_mine) readers_ = 0;
    return true;
  }

  // Makes a reader of the writer that calls this. REQUIRES: the caller writes.
  void downgrade() {
    if (is_guest_) {
      is_guest_ = false;
    } else {
      Unblock(/*readers=*/1);
    }
  }

 private:
  void Unblock(int readers) {
    {
      std::lock_guard lock(mutex_);
      readers_ = readers;
      is_blocked_ = false;
    }
    turnstile_.unlock();
  }

  std::mutex turnstile_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int readers_ = 0;            // guarded by mutex_
  bool is_blocked_ = false;    // by a writer, or by a reader who upgrades; guarded by mutex_
  bool is_upgrading_ = false;  // guarded by mutex_
  bool is_guest_ = false;      // belongs to the one who writes
};

#endif  // RW_LOCK_H_
