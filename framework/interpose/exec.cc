// exec: a process becomes a program that joins the execution (execution/joined_program.h), or one that is not under
// control (execution/foreign_program.h). Source: POSIX.1-2017, exec;
// execveat(2).

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/interruption.h"
#include "framework/execution/processes.h"
#include "framework/execution/system_call.h"
#include "framework/interpose/forward.h"
#include "framework/interpose/process.h"

namespace racecourse {
namespace {

constexpr std::size_t kPathMax = 4096;
constexpr std::size_t kArgumentsMax = 4096;

void RefuseInTest() {
  if (TheExecution().is_whole_program || !IsRootProcess()) return;
  ReportMisuse(
      "calls exec and so replaces the whole process, with every other thread in it, in the middle of the test");
}

// A file that the kernel does not know how to run is a script for the shell. Source: POSIX.1-2017, exec, on ENOEXEC.
int BecomeScript(const char* path, char* const* arguments, char* const* environment) {
  const char* extended[kArgumentsMax];
  std::size_t count = 0;
  extended[count++] = "/bin/sh";
  extended[count++] = path;
  for (std::size_t i = 1; arguments[0] != nullptr && arguments[i] != nullptr; ++i) {
    if (count + 1 == kArgumentsMax) return E2BIG;
    extended[count++] = arguments[i];
  }
  extended[count] = nullptr;
  ProgramImage image;
  image.path = extended[0];
  image.arguments = const_cast<char* const*>(extended);
  image.environment = environment;
  return BecomeProgram(image);
}

int Become(const char* path, char* const* arguments, char* const* environment, bool may_be_script) {
  ProgramImage image;
  image.path = path;
  image.arguments = arguments;
  image.environment = environment;
  const int error = BecomeProgram(image);
  return error == ENOEXEC && may_be_script ? BecomeScript(path, arguments, environment) : error;
}

bool IsProgram(const char* path, int* error) {
  struct stat status;
  const long result = SystemCall(SYS_newfstatat, AT_FDCWD, path, &status, 0);
  if (result == -EACCES) *error = EACCES;
  if (result < 0) return false;
  if (S_ISREG(status.st_mode) && SystemCall(SYS_access, path, X_OK) == 0) return true;
  *error = EACCES;
  return false;
}

int Fail(int error) {
  errno = error;
  return -1;
}

// The arguments of execl and its like, from `first` on. Returns false if there are too many.
bool Collect(const char* first, va_list& rest, const char** arguments) {
  std::size_t count = 0;
  for (const char* next = first;; next = va_arg(rest, const char*)) {
    if (count == kArgumentsMax) return false;
    arguments[count++] = next;
    if (next == nullptr) return true;
  }
}

}  // namespace

int Exec(const char* file, bool searches, char* const* arguments, char* const* environment) {
  if (!searches || strchr(file, '/') != nullptr) return Become(file, arguments, environment, searches);
  if (*file == '\0') return ENOENT;
  const char* folders = getenv("PATH");
  if (folders == nullptr) folders = "/bin:/usr/bin";
  int error = ENOENT;
  for (const char* folder = folders;;) {
    const char* end = strchrnul(folder, ':');
    char path[kPathMax];
    const auto length = static_cast<std::size_t>(end - folder);
    const std::size_t name_length = strlen(file);
    if (length + name_length + 2 <= sizeof path) {
      std::size_t at = 0;
      if (length > 0) {
        memcpy(path, folder, length);
        path[length] = '/';
        at = length + 1;
      }
      memcpy(path + at, file, name_length + 1);
      if (IsProgram(path, &error)) return Become(path, arguments, environment, true);
    }
    if (*end == '\0') return error;
    folder = end + 1;
  }
}

}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int execve(const char* path, char* const argv[], char* const env[]) noexcept {
  if (!IsControlled()) return RC_REAL(execve)(path, argv, env);
  RefuseInTest();
  return Fail(Exec(path, false, argv, env));
}
RC_INTERPOSE int execv(const char* path, char* const argv[]) noexcept {
  if (!IsControlled()) return RC_REAL(execv)(path, argv);
  RefuseInTest();
  return Fail(Exec(path, false, argv, environ));
}
RC_INTERPOSE int execvp(const char* file, char* const argv[]) noexcept {
  if (!IsControlled()) return RC_REAL(execvp)(file, argv);
  RefuseInTest();
  return Fail(Exec(file, true, argv, environ));
}
RC_INTERPOSE int execvpe(const char* file, char* const argv[], char* const env[]) noexcept {
  if (!IsControlled()) return RC_REAL(execvpe)(file, argv, env);
  RefuseInTest();
  return Fail(Exec(file, true, argv, env));
}
RC_INTERPOSE int fexecve(int fd, char* const argv[], char* const env[]) noexcept {
  if (!IsControlled()) return RC_REAL(fexecve)(fd, argv, env);
  RefuseInTest();
  if (fd < 0) return Fail(EINVAL);
  ProgramImage image;
  image.descriptor = fd;
  image.arguments = argv;
  image.environment = env;
  return Fail(BecomeProgram(image));
}
RC_INTERPOSE int execl(const char* path, const char* first, ...) noexcept {
  const char* arguments[kArgumentsMax];
  va_list rest;
  va_start(rest, first);
  const bool fits = Collect(first, rest, arguments);
  va_end(rest);
  return fits ? execve(path, const_cast<char* const*>(arguments), environ) : Fail(E2BIG);
}
RC_INTERPOSE int execlp(const char* file, const char* first, ...) noexcept {
  const char* arguments[kArgumentsMax];
  va_list rest;
  va_start(rest, first);
  const bool fits = Collect(first, rest, arguments);
  va_end(rest);
  return fits ? execvp(file, const_cast<char* const*>(arguments)) : Fail(E2BIG);
}
RC_INTERPOSE int execle(const char* path, const char* first, ...) noexcept {
  const char* arguments[kArgumentsMax];
  va_list rest;
  va_start(rest, first);
  const bool fits = Collect(first, rest, arguments);
  char* const* environment = fits ? va_arg(rest, char* const*) : nullptr;
  va_end(rest);
  return fits ? execve(path, const_cast<char* const*>(arguments), environment) : Fail(E2BIG);
}
