// expect: assertion|deadlock check=two-upgrades
//
// The error: a reader whose upgrade is refused has lost its place: the other one gets in although this
// one still reads.

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
    if (!has_writer_ && writers_waiting_ == 0 && !is_upgrading_) {
      ++readers_;
      return;
    }
    // Not "until there is no writer": the next one may be there before this thread has looked. Whoever
    // ends the round has counted this thread in.
    ++readers_waiting_;
    const unsigned round = round_;
    next_round_.wait(lock, [this, round] { return round_ != round; });
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
    AdmitReaders();
    if (readers_ == 0) nobody_inside_.notify_one();
  }

  // Makes a writer of the reader that calls this, and returns true. Returns false, and the caller reads
  // on, if another reader is waiting for the same already. REQUIRES: the caller reads.
  bool try_upgrade() {
    std::unique_lock lock(mutex_);
    if (is_upgrading_) {
      --readers_;
      last_reader_.notify_one();
      return false;
    }
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
    AdmitReaders();
  }

 private:
  // Lets in all readers who wait. REQUIRES: the caller holds mutex_; nobody writes.
  void AdmitReaders() {
    readers_ += readers_waiting_;
    readers_waiting_ = 0;
    ++round_;
    next_round_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable next_round_;     // readers wait here
  std::condition_variable nobody_inside_;  // writers wait here
  std::condition_variable last_reader_;    // the reader who upgrades waits here
  // All guarded by mutex_.
  int readers_ = 0;  // inside, whether they have woken up already or not
  int readers_waiting_ = 0;
  int writers_waiting_ = 0;
  bool has_writer_ = false;
  bool is_upgrading_ = false;
  unsigned round_ = 0;  // advances when readers are let in
};

#endif  // RW_LOCK_H_
