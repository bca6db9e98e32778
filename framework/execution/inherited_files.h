// The open files an execution starts with: those that the explorer process inherited. Copies of them under high
// numbers, which the program cannot close, bring them back after an execution that closed or replaced one, and whatever
// else is open then is closed. Threads: used by the one running thread only.
#ifndef RACECOURSE_EXECUTION_INHERITED_FILES_H_
#define RACECOURSE_EXECUTION_INHERITED_FILES_H_

#include <sys/types.h>

#include <cstdint>

namespace racecourse {

class InheritedFiles {
 public:
  // Makes the copies, and notes the working directory and the mask of file modes. Those of an earlier call, of the
  // process that this one was forked from, are closed.
  void Save();
  // The first of kEngineDescriptors numbers, below those of the copies, for files of the engine's; -1: there is no
  // room.
  static constexpr int kEngineDescriptors = 3;
  static int FirstOfEngine();
  bool HasSaved() const { return reserved_end_ > reserved_begin_; }
  // The program opened, closed or replaced a descriptor, or changed the folder or the mask.
  void NoteChange() { has_changed_ = true; }
  // After an execution, whether or not it changed anything: every execution reads the inherited files from where the
  // first one did.
  void Restore() {
    if (__builtin_expect(has_changed_, 0)) RestoreAll();
    if (has_offsets_) RestoreOffsets();
  }
  // In a program that was executed: the copies closed with that.
  void ForgetCopies() {
    count_ = 0;
    reserved_begin_ = reserved_end_ = 1 << 30;
    folder_ = -1;
    has_offsets_ = has_changed_ = false;
  }
  // Nobody holds a lock through them any more.
  void Unlock();
  // True if the execution began with it.
  bool IsInherited(int descriptor) const {
    return descriptor >= 0 && descriptor < kNumbersMax && (was_open_[descriptor / 64] >> descriptor % 64 & 1) != 0;
  }
  // True if the execution began with a descriptor of this file, whatever its number is now: standard output is one.
  bool IsInherited(std::uint64_t device, std::uint64_t inode) const;
  // True for the numbers that the program must not touch; for it they do not exist.
  bool IsReserved(int descriptor) const { return descriptor >= reserved_begin_ && descriptor < reserved_end_; }
  int ReservedBegin() const { return reserved_begin_; }
  int ReservedEnd() const { return reserved_end_; }

 private:
  struct Inherited {
    int descriptor;
    int copy;
    bool closes_on_exec;
    int status_flags;
    bool has_offset;
    off_t offset;
    std::uint64_t device;
    std::uint64_t inode;
  };
  static constexpr int kMaxInherited = 64;
  static constexpr int kNumbersLooked = 64;
  static constexpr int kNumbersMax = 1024;  // copies stand right below this or the limit of the process

  static int HighestNumber();
  void RestoreAll();
  void RestoreOffsets();

  Inherited inherited_[kMaxInherited];
  int count_ = 0;
  std::uint64_t was_open_[kNumbersMax / 64] = {};  // of all numbers, also those that are not copied
  int reserved_begin_ = 1 << 30;
  int reserved_end_ = 1 << 30;
  int folder_ = -1;  // the working directory, reserved too
  mode_t mode_mask_ = 0;
  bool has_offsets_ = false;
  bool has_changed_ = false;
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_INHERITED_FILES_H_
