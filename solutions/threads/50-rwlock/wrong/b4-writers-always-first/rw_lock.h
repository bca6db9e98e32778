// expect: starvation check=reader-waits
//
// The error: a reader waits as long as any writer waits. If the next writer queues up before each one
// leaves, the reader never gets in.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <condition_variable>
#include <mutex>

// Held by any number of readers together, or by one writer alone.
class RwLock {
 public:
  // Takes the lock for reading.
  void lock_shared() {
    std::unique_lock lock(mutex_);
    turn_of_readers_.wait(lock, [this] { return !has_writer_ && writers_waiting_ == 0 && !is_upgrading_; });
    ++readers_;
  }

  // Gives it back. REQUIRES: the caller reads.
  void unlock_shared() {
    std::lock_guard lock(mutex_);
    --readers_;
    if (is_upgrading_ && readers_ == 1) last_reader_.notify_one();
    if (readers_ == 0) nobody_inside_.notify_one();
  }

  // Takes the lock for writing.
  void lock() {
    std::unique_lock lock(mutex_);
    ++writers_waiting_;
    nobody_inside_.wait(lock, [this] { return readers_ == 0 && !has_writer_; });
    --writers_waiting_;
    has_writer_ = true;
  }

  // Gives it back. REQUIRES: the caller writes.
  void unlock() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
    turn_of_readers_.notify_all();
    nobody_inside_.notify_one();
  }

  // Makes a writer of the reader that calls this, and returns true. Returns false, and the caller reads
  // on, if another reader is waiting for the same already. REQUIRES: the caller reads.
  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) return false;
    is_upgrading_ = true;
    // Counts as a reader until it is the only one, so that no writer can slip in.
    last_reader_.wait(lock, [this] { return readers_ == 1; });
    is_upgrading_ = false;
    readers_ = 0;
    has_writer_ = true;
    return true;
  }

  // Makes a reader of the writer that calls this. REQUIRES: the caller writes.
  void downgrade() {
    std::lock_guard lock(mutex_);
    has_writer_ = false;
    readers_ = 1;
    turn_of_readers_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_of_readers_;
  std::condition_variable nobody_inside_;  // writers wait here
  std::condition_variable last_reader_;    // the reader who upgrades waits here
  // All guarded by mutex_.
  int readers_ = 0;  // inside
  int writers_waiting_ = 0;
  bool has_writer_ = false;
  bool is_upgrading_ = false;
};

#endif  // RW_LOCK_H_
