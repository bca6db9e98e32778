// Reads and writes of regular files. Where more than one thread is alive, in whichever processes, each is a scheduling
// point: somebody else may write between two of them. Who is alone pays nothing.
//
// A read learns what those knew who wrote to the file before: programs hand work over in files, too. Two writes are not
// ordered. Files that the program was started with, standard output among them, are left out. Program code only.
#ifndef RACECOURSE_INTERPOSE_FILE_TRANSFER_H_
#define RACECOURSE_INTERPOSE_FILE_TRANSFER_H_

#include "framework/core/operation.h"
#include "framework/execution/execution.h"
#include "framework/execution/kernel_objects.h"

namespace racecourse {

// Returns null if this is no scheduling point, else the file, when it is the current thread's turn.
KnownFile* ArriveAtFile(OperationKind kind, int fd);
// The transfer took place with the kernel's `result`.
void PerformedOnFile(OperationKind kind, KnownFile& file, long result);

// Somebody looks for the name of a file: it may learn what those knew who changed names before, by what it finds. No
// scheduling point.
void LookAtNames();

// Who reads alone still learns from those who wrote before they ended.
void LearnFromFile(int fd);

// `transfer()` is the call of libc or of the kernel; a result below 0 is an error.
template <typename Transfer>
auto OnFile(OperationKind kind, int fd, Transfer transfer) -> decltype(transfer()) {
  KnownFile* file = nullptr;
  bool learns = false;
  if (IsControlled()) {
    const Execution& execution = TheExecution();
    if (__builtin_expect(execution.live_threads > 1, 0)) {
      file = ArriveAtFile(kind, fd);
    } else {
      learns = __builtin_expect(execution.system_objects.file_count > 0, 0) && kind != OperationKind::kWrite;
    }
  }
  const auto result = transfer();
  if (file != nullptr) PerformedOnFile(kind, *file, static_cast<long>(result));
  if (learns) LearnFromFile(fd);
  return result;
}

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_FILE_TRANSFER_H_
