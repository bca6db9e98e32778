// Names of threads, and the processors they may run on. A name serves reports; processors are four for every program,
// and which of them a thread prefers means nothing where one runs at a time. Source: pthread_setname_np(3),
// sched_setaffinity(2).

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include <cstring>

#include "framework/execution/puppet.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

constexpr int kProcessors = 4;

Thread* ThreadOf(pthread_t handle) {
  const ThreadSlot slot = SlotOfHandle(handle);
  if (slot == kNoThread || TheExecution().threads[slot].state == Thread::State::kFree) return nullptr;
  return &TheExecution().threads[slot];
}

int SetProcessors(std::size_t size, const cpu_set_t* set) {
  for (int i = 0; i < kProcessors; ++i) {
    if (CPU_ISSET_S(i, size, set)) return 0;
  }
  return EINVAL;
}

int GetProcessors(std::size_t size, cpu_set_t* set) {
  if (size < sizeof(unsigned long)) return EINVAL;
  CPU_ZERO_S(size, set);
  for (int i = 0; i < kProcessors; ++i) CPU_SET_S(i, size, set);
  return 0;
}

int Fail(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE int pthread_setname_np(pthread_t handle, const char* name) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_setname_np)(handle, name);
  Thread* thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  if (std::strlen(name) >= sizeof thread->name) return ERANGE;
  std::strcpy(thread->name, name);
  return 0;
}
RC_INTERPOSE int pthread_getname_np(pthread_t handle, char* name, size_t size) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_getname_np)(handle, name, size);
  const Thread* thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  if (std::strlen(thread->name) >= size) return ERANGE;
  std::strcpy(name, thread->name);
  return 0;
}

RC_INTERPOSE int pthread_setaffinity_np(pthread_t handle, size_t size, const cpu_set_t* set) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_setaffinity_np)(handle, size, set);
  return SetProcessors(size, set);
}
RC_INTERPOSE int pthread_getaffinity_np(pthread_t handle, size_t size, cpu_set_t* set) noexcept {
  if (!IsControlled()) return RC_REAL(pthread_getaffinity_np)(handle, size, set);
  return GetProcessors(size, set);
}
RC_INTERPOSE int sched_setaffinity(pid_t process, size_t size, const cpu_set_t* set) noexcept {
  if (!IsControlled()) return RC_REAL(sched_setaffinity)(process, size, set);
  return Fail(SetProcessors(size, set));
}
RC_INTERPOSE int sched_getaffinity(pid_t process, size_t size, cpu_set_t* set) noexcept {
  if (!IsControlled()) return RC_REAL(sched_getaffinity)(process, size, set);
  return Fail(GetProcessors(size, set));
}
RC_INTERPOSE int sched_getcpu() noexcept {
  if (!IsControlled()) return RC_REAL(sched_getcpu)();
  return 0;
}
