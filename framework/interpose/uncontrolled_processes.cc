// Calls of Linux that make processes, or signal them, beside fork and kill. The engine has no model of them, and they
// would reach the kernel unseen, so a program that calls one is told. Source: clone(2), pidfd_open(2), openpty(3),
// signalfd(2).

#include <pty.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/signalfd.h>

extern "C" {  // which the header of glibc 2.36 does not say
#include <sys/pidfd.h>
}

#include "framework/execution/finding_builder.h"
#include "framework/interpose/forward.h"

using namespace racecourse;

RC_INTERPOSE int clone(int (*run)(void*), void* stack, int flags, void* argument, ...) noexcept {
  if (IsControlled()) ReportEscape("clone");
  va_list list;
  va_start(list, argument);
  auto* const parent_id = va_arg(list, pid_t*);
  void* const storage = va_arg(list, void*);
  auto* const child_id = va_arg(list, pid_t*);
  va_end(list);
  return RC_REAL(clone)(run, stack, flags, argument, parent_id, storage, child_id);
}
RC_INTERPOSE int pidfd_open(pid_t pid, unsigned flags) noexcept {
  if (IsControlled()) ReportEscape("pidfd_open");
  return RC_REAL(pidfd_open)(pid, flags);
}
RC_INTERPOSE int pidfd_getfd(int process, int fd, unsigned flags) noexcept {
  if (IsControlled()) ReportEscape("pidfd_getfd");
  return RC_REAL(pidfd_getfd)(process, fd, flags);
}
RC_INTERPOSE int pidfd_send_signal(int process, int signal, siginfo_t* info, unsigned flags) noexcept {
  if (IsControlled()) ReportEscape("pidfd_send_signal");
  return RC_REAL(pidfd_send_signal)(process, signal, info, flags);
}
RC_INTERPOSE pid_t forkpty(int* terminal, char* name, const termios* attributes, const winsize* size) noexcept {
  if (IsControlled()) ReportEscape("forkpty");
  return RC_REAL(forkpty)(terminal, name, attributes, size);
}
// Signals of the program never reach the kernel, so nothing would ever be read there.
RC_INTERPOSE int signalfd(int fd, const sigset_t* mask, int flags) noexcept {
  if (IsControlled()) ReportEscape("signalfd");
  return RC_REAL(signalfd)(fd, mask, flags);
}
