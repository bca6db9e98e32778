#include "framework/interpose/file_transfer.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "framework/execution/descriptors.h"
#include "framework/execution/interruption.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {

__attribute__((noinline)) KnownFile* ArriveAtFile(OperationKind kind, int fd) {
  KnownFile* const file = FindRegularFile(fd);
  if (file != nullptr) Arrive(kind, file->object->address);
  return file;
}

__attribute__((noinline)) void PerformedOnFile(OperationKind kind, KnownFile& file, long result) {
  const int error = errno;
  Execution& execution = TheExecution();
  if (kind == OperationKind::kWrite) {
    ReleaseJoin(*execution.current, &file.written);
    NoteChange();
  } else {
    Acquire(*execution.current, file.written);
  }
  if (execution.records && result < 0) NoteOutcome("fails");
  Performed(kind, file.object, static_cast<std::uint32_t>(result) & 0xffffff);
  errno = error;
}

__attribute__((noinline)) void LearnFromFile(int fd) {
  const int error = errno;
  if (const KnownFile* file = FindRegularFile(fd)) Acquire(*TheExecution().current, file->written);
  errno = error;
}

void LookAtNames() {
  // Whoever changed names may have ended by now; without the object nobody did.
  Execution& execution = TheExecution();
  if (!IsControlled() || __builtin_expect(execution.open_files.table == nullptr, 1)) return;
  Acquire(*execution.current, execution.open_files.table->clock);
}

}  // namespace racecourse

using namespace racecourse;

#define RC_WRITES(name, parameters, arguments)                                                 \
  RC_LOOKED_UP(name)                                                                           \
  RC_INTERPOSE ssize_t name parameters {                                                       \
    TestCancel();                                                                              \
    return OnFile(OperationKind::kWrite, file, [&] { return RC_KNOWN_REAL(name) arguments; }); \
  }
RC_WRITES(pwrite, (int file, const void* buffer, size_t size, off_t at), (file, buffer, size, at))
RC_WRITES(pwrite64, (int file, const void* buffer, size_t size, off64_t at), (file, buffer, size, at))
RC_WRITES(pwritev, (int file, const iovec* parts, int count, off_t at), (file, parts, count, at))
RC_WRITES(pwritev64, (int file, const iovec* parts, int count, off64_t at), (file, parts, count, at))

// Where the offset stands, or the end of the file is, others may change.
#define RC_SEEKS(name, offset)                                                                                 \
  RC_LOOKED_UP(name)                                                                                           \
  RC_INTERPOSE offset name(int fd, offset to, int whence) noexcept {                                           \
    return OnFile(OperationKind::kDescriptorControl, fd, [&] { return RC_KNOWN_REAL(name)(fd, to, whence); }); \
  }
RC_SEEKS(lseek, off_t)
RC_SEEKS(lseek64, off64_t)
