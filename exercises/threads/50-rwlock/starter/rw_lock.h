// A lock for readers and writers: what you submit. Read README.md first.
//
// This version compiles, and it is right as long as one thread uses it. When it has to wait it takes a
// nap and looks again. Your task is to make it right for several threads, and fair.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <chrono>
#include <thread>

// Held by any number of readers together, or by one writer alone.
class RwLock {
 public:
  // Takes the lock for reading.
  void lock_shared() {
    while (has_writer_) Nap();
    ++readers_;
  }

  // Gives it back. REQUIRES: the caller reads.
  void unlock_shared() { --readers_; }

  // Takes the lock for writing.
  void lock() {
    while (has_writer_ || readers_ > 0) Nap();
    has_writer_ = true;
  }

  // Gives it back. REQUIRES: the caller writes.
  void unlock() { has_writer_ = false; }

  // Makes a writer of the reader that calls this, and returns true. Returns false, and the caller reads
  // on, if another reader is waiting for the same already. REQUIRES: the caller reads.
  bool try_upgrade() {
    while (readers_ > 1) Nap();
    readers_ = 0;
    has_writer_ = true;
    return true;
  }

  // Makes a reader of the writer that calls this. REQUIRES: the caller writes.
  void downgrade() {
    has_writer_ = false;
    readers_ = 1;
  }

 private:
  static void Nap() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

  int readers_ = 0;
  bool has_writer_ = false;
};

#endif  // RW_LOCK_H_
