// libc must not define getchar and getline in its header.
#define __NO_INLINE__ 1

#include "framework/interpose/stream_io.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/interpose/descriptor_io.h"
#include "framework/interpose/forward.h"

RC_LOOKED_UP(fgetc)
RC_LOOKED_UP(fread)

namespace racecourse {
namespace {

OpenFile* FileOf(FILE* stream, int* fd) {
  if (stream == nullptr || !IsControlled() || ProcessAt(ThisProcess()).descriptors.count == 0) return nullptr;
  const int errno_before = errno;
  *fd = fileno_unlocked(stream);
  errno = errno_before;
  return *fd >= 0 ? FindOpenFile(*fd) : nullptr;
}

OpenFile* InputOf(FILE* stream, int* fd) {
  OpenFile* file = FileOf(stream, fd);
  return file != nullptr && HasChannel(file->incoming) && !IsNonBlocking(*fd) ? file : nullptr;
}

std::size_t Buffered(const FILE* stream) {
  return static_cast<std::size_t>(stream->_IO_read_end - stream->_IO_read_ptr);
}

// Which thread reads from a stream now: another that wants to waits, as it would for the stream's lock.
struct InputLock {
  FILE* stream;
  pthread_mutex_t mutex;
};
constexpr unsigned kInputLocksMax = 64;
InputLock input_locks[kInputLocksMax];

pthread_mutex_t* LockOf(FILE* stream) {
  for (InputLock& lock : input_locks) {
    if (lock.stream == stream) return &lock.mutex;
    if (lock.stream != nullptr) continue;
    lock.stream = stream;
    lock.mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    return &lock.mutex;
  }
  ReportUncontrolled("more than 64 streams of stdio are read from pipes or sockets");
}

bool HasOtherThreads() {
  const Execution& execution = TheExecution();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (&thread == execution.current || thread.state != Thread::State::kLive) continue;
    if (thread.process == execution.this_process) return true;
  }
  return false;
}

// While a function reads from a stream that is scheduled.
class StreamInput {
 public:
  explicit StreamInput(FILE* stream) : stream_(stream), is_scheduled_(InputOf(stream, &fd_) != nullptr) {
    if (!is_scheduled_ || !HasOtherThreads()) return;
    mutex_ = LockOf(stream);
    pthread_mutex_lock(mutex_);
  }
  ~StreamInput() {
    if (mutex_ != nullptr) pthread_mutex_unlock(mutex_);
  }
  StreamInput(const StreamInput&) = delete;
  StreamInput& operator=(const StreamInput&) = delete;

  bool IsScheduled() const { return is_scheduled_; }

  template <typename Function>
  auto Read(OpenFile& file, Function function) {
    const std::uint64_t before = BytesIn(fd_);
    const auto result = function();
    const std::uint64_t after = BytesIn(fd_);
    const std::uint64_t taken = before > after ? before - after : 0;
    // Nothing was taken: it is the end, unless the buffer was enough.
    if ((taken > 0 || feof_unlocked(stream_) != 0) && FindOpenFile(fd_) == &file) NoteReceived(fd_, file, taken);
    PerformedOnDescriptor(OperationKind::kRead, file.object, static_cast<long>(taken));
    return result;
  }

  // Sees to it that there is something in the buffer. False at the end, or after an error: the stream's marks say
  // which.
  bool Fill() {
    if (Buffered(stream_) > 0) return true;
    OpenFile* file = FindOpenFile(fd_);
    if (file == nullptr) return FillByLibrary();
    pollfd entry = {fd_, POLLIN, 0};
    if (AwaitDescriptors(OperationKind::kRead, file->object, &entry, 1, kNever) == Readiness::kInterrupted) {
      stream_->_flags |= kErrorSeen;
      errno = EINTR;
      return false;
    }
    return Read(*file, [this] { return FillByLibrary(); });
  }

  // A function of libc's that reads; there is something to read, but it may want more, and then blocks.
  template <typename Function>
  int Call(Function function) {
    OpenFile* file = FindOpenFile(fd_);
    return Fill() && file != nullptr ? Read(*file, function) : function();
  }

 private:
  static constexpr int kErrorSeen = 0x20;  // glibc's _IO_ERR_SEEN

  // One read of libc's, which does not block.
  bool FillByLibrary() {
    const int c = RC_KNOWN_REAL(fgetc)(stream_);
    if (c == EOF) return false;
    ungetc(c, stream_);
    return true;
  }

  FILE* const stream_;
  int fd_ = -1;
  const bool is_scheduled_;
  pthread_mutex_t* mutex_ = nullptr;
};

int GetCharacter(FILE* stream) {
  StreamInput input(stream);
  if (input.IsScheduled() && !input.Fill()) return EOF;
  return RC_KNOWN_REAL(fgetc)(stream);
}

// Moves what the buffer has, up to `size` bytes and, if `ends` is not EOF, up to the first of these characters.
std::size_t Take(FILE* stream, char* to, std::size_t size, int ends) {
  std::size_t count = std::min(size, Buffered(stream));
  if (ends != EOF) {
    if (const void* end = memchr(stream->_IO_read_ptr, ends, count)) {
      count = static_cast<std::size_t>(static_cast<const char*>(end) - stream->_IO_read_ptr) + 1;
    }
  }
  return RC_KNOWN_REAL(fread)(to, 1, count, stream);
}

char* GetLine(char* line, int size, FILE* stream) {
  StreamInput input(stream);
  if (!input.IsScheduled() || size < 2) return RC_REAL(fgets)(line, size, stream);
  const auto room = static_cast<std::size_t>(size) - 1;
  std::size_t length = 0;
  while (length < room && (length == 0 || line[length - 1] != '\n') && input.Fill()) {
    length += Take(stream, line + length, room - length, '\n');
  }
  // glibc: what came before an error that goes away is a line.
  if (length == 0 || (ferror_unlocked(stream) != 0 && errno != EAGAIN)) return nullptr;
  line[length] = '\0';
  NoteKernelWrites(line, length + 1);
  return line;
}

ssize_t GetDelimited(char** line, std::size_t* capacity, int delimiter, FILE* stream) {
  StreamInput input(stream);
  if (!input.IsScheduled() || line == nullptr || capacity == nullptr) {
    return RC_REAL(getdelim)(line, capacity, delimiter, stream);
  }
  if (*line == nullptr) *capacity = 0;
  std::size_t length = 0;
  while ((length == 0 || (*line)[length - 1] != static_cast<char>(delimiter)) && input.Fill()) {
    const std::size_t wanted = length + Buffered(stream) + 1;
    if (*capacity < wanted) {
      auto* grown = static_cast<char*>(realloc(*line, std::max<std::size_t>(wanted, 120)));
      if (grown == nullptr) return -1;
      *line = grown;
      *capacity = std::max<std::size_t>(wanted, 120);
    }
    length += Take(stream, *line + length, *capacity - length - 1, static_cast<unsigned char>(delimiter));
  }
  if (length == 0 || ferror_unlocked(stream) != 0) return -1;
  (*line)[length] = '\0';
  NoteKernelWrites(*line, length + 1);
  return static_cast<ssize_t>(length);
}

std::size_t GetItems(void* to, std::size_t size, std::size_t count, FILE* stream) {
  if (IsControlled()) PrepareMemory(to, size * count);
  StreamInput input(stream);
  std::size_t wanted;
  if (!input.IsScheduled() || __builtin_mul_overflow(size, count, &wanted) || wanted == 0) {
    return RC_KNOWN_REAL(fread)(to, size, count, stream);
  }
  std::size_t length = 0;
  while (length < wanted && input.Fill()) {
    length += Take(stream, static_cast<char*>(to) + length, wanted - length, EOF);
  }
  NoteKernelWrites(to, length);
  return length / size;
}

int Scan(FILE* stream, int (*function)(FILE*, const char*, va_list), const char* format, va_list list) {
  StreamInput input(stream);
  if (!input.IsScheduled()) return function(stream, format, list);
  return input.Call([&] { return function(stream, format, list); });
}

}  // namespace

StreamOutput::StreamOutput(FILE* stream) {
  OpenFile* file = FileOf(stream, &fd_);
  if (file == nullptr || !HasChannel(file->outgoing)) return;
  file_ = file;
  Arrive(OperationKind::kWrite, file->object->address);
  // A socket does not tell what is on its way from it.
  if (file->kind == ObjectKind::kPipe) before_ = BytesIn(fd_);
}

StreamOutput::~StreamOutput() {
  if (file_ == nullptr) return;
  const int errno_after = errno;
  std::uint64_t sent = 0;
  if (file_->kind == ObjectKind::kPipe) {
    const std::uint64_t after = BytesIn(fd_);
    sent = after > before_ ? after - before_ : 0;
    if (sent > 0) NoteSent(*file_, sent);
  } else {
    NoteSent(*file_, 0);
  }
  PerformedOnDescriptor(OperationKind::kWrite, file_->object, static_cast<long>(sent));
  errno = errno_after;
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int fgetc(FILE* stream) { return GetCharacter(stream); }
RC_INTERPOSE int getc(FILE* stream) { return GetCharacter(stream); }
RC_INTERPOSE int getchar() { return GetCharacter(stdin); }
RC_INTERPOSE int fgetc_unlocked(FILE* stream) { return GetCharacter(stream); }
RC_INTERPOSE char* fgets(char* line, int size, FILE* stream) { return GetLine(line, size, stream); }
RC_INTERPOSE char* fgets_unlocked(char* line, int size, FILE* stream) { return GetLine(line, size, stream); }
RC_INTERPOSE ssize_t getdelim(char** line, size_t* capacity, int delimiter, FILE* stream) {
  return GetDelimited(line, capacity, delimiter, stream);
}
RC_INTERPOSE ssize_t __getdelim(char** line, size_t* capacity, int delimiter, FILE* stream) {
  return GetDelimited(line, capacity, delimiter, stream);
}
RC_INTERPOSE ssize_t getline(char** line, size_t* capacity, FILE* stream) {
  return GetDelimited(line, capacity, '\n', stream);
}
RC_INTERPOSE size_t fread(void* to, size_t size, size_t count, FILE* stream) {
  return GetItems(to, size, count, stream);
}
RC_INTERPOSE size_t fread_unlocked(void* to, size_t size, size_t count, FILE* stream) {
  return GetItems(to, size, count, stream);
}
// What getc_unlocked becomes when the buffer is empty.
RC_INTERPOSE int __uflow(FILE* stream) { return GetCharacter(stream); }

// The names that fscanf and scanf have since C99.
extern "C" int __isoc99_vfscanf(FILE* stream, const char* format, va_list list);
extern "C" int __isoc99_vscanf(const char* format, va_list list);
extern "C" int __isoc99_fscanf(FILE* stream, const char* format, ...);
extern "C" int __isoc99_scanf(const char* format, ...);
RC_INTERPOSE int __isoc99_vfscanf(FILE* stream, const char* format, va_list list) {
  return Scan(stream, RC_REAL(__isoc99_vfscanf), format, list);
}
RC_INTERPOSE int __isoc99_vscanf(const char* format, va_list list) { return __isoc99_vfscanf(stdin, format, list); }
RC_INTERPOSE int __isoc99_fscanf(FILE* stream, const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = __isoc99_vfscanf(stream, format, list);
  va_end(list);
  return result;
}
RC_INTERPOSE int __isoc99_scanf(const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int result = __isoc99_vfscanf(stdin, format, list);
  va_end(list);
  return result;
}
