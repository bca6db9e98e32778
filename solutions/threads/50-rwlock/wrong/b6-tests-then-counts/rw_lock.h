// expect: assertion check=exclusion
//
// The error: a reader looks for a writer and then counts itself in, a writer looks for readers and then
// says that it is there. Between the look and the deed of the one comes the other.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <atomic>
#include <thread>

// Held by any number of readers together, or by one writer alone.
class RwLock {
 public:
  // Takes the lock for reading.
  void lock_shared() {
    while (has_writer_.load()) std::this_thread::yield();
    readers_.fetch_add(1);
  }

  // Gives it back. REQUIRES: the caller reads.
  void unlock_shared() { readers_.fetch_sub(1); }

  // Takes the lock for writing.
  void lock() {
    while (has_writer_.exchange(true)) std::this_thread::yield();
    while (readers_.load() > 0) std::this_thread::yield();
  }

  // Gives it back. REQUIRES: the caller writes.
  void unlock() { has_writer_.store(false); }

  // Makes a writer of the reader that calls this, and returns true. Returns false, and the caller reads
  // on, if another reader is waiting for the same already. REQUIRES: the caller reads.
  bool try_upgrade() {
    if (has_writer_.exchange(true)) return false;
    while (readers_.load() > 1) std::this_thread::yield();
    readers_.fetch_sub(1);
    return true;
  }

  // Makes a reader of the writer that calls this. REQUIRES: the caller writes.
  void downgrade() {
    readers_.fetch_add(1);
    has_writer_.store(false);
  }

 private:
  std::atomic<int> readers_{0};
  std::atomic<bool> has_writer_{false};
};

#endif  // RW_LOCK_H_
