// expect: unreachable check=meet
//
// The error: the lock lets in one thread at a time, readers too. All is correct, and fair, but readers
// wait for each other.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <condition_variable>
#include <mutex>

// Held by any number of readers together, or by one writer alone.
class RwLock {
 public:
  // Takes the lock for reading.
  void lock_shared() { lock(); }

  // Gives it back. REQUIRES: the caller reads.
  void unlock_shared() { unlock(); }

  // Takes the lock for writing.
  void lock() {
    std::unique_lock lock(mutex_);
    const unsigned ticket = next_ticket_++;
    changed_.wait(lock, [this, ticket] { return serving_ == ticket; });
  }

  // Gives it back. REQUIRES: the caller writes.
  void unlock() {
    std::lock_guard lock(mutex_);
    ++serving_;
    changed_.notify_all();
  }

  // Makes a writer of the reader that calls this, and returns true. REQUIRES: the caller reads.
  bool try_upgrade() { return true; }

  // Makes a reader of the writer that calls this. REQUIRES: the caller writes.
  void downgrade() {}

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned next_ticket_ = 0;  // guarded by mutex_
  unsigned serving_ = 0;      // guarded by mutex_
};

#endif  // RW_LOCK_H_
