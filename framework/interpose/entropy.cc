// getrandom, std::random_device, arc4random, process and thread ids, the number of processors.

#include "framework/interpose/entropy.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "framework/interpose/forward.h"

namespace racecourse {

void FillWithEntropy(void* memory, std::size_t size) {
  Execution& execution = TheExecution();
  auto* bytes = static_cast<unsigned char*>(memory);
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t random = execution.entropy.Next();
    std::memcpy(bytes + i, &random, size - i < 8 ? size - i : 8);
  }
}

long VirtualThreadId() { return kVirtualProcessId + TheExecution().current->id; }

namespace {

std::uint32_t NextEntropy() { return static_cast<std::uint32_t>(TheExecution().entropy.Next() >> 32); }

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE ssize_t getrandom(void* memory, size_t size, unsigned flags) {
  if (!IsControlled()) return RC_REAL(getrandom)(memory, size, flags);
  FillWithEntropy(memory, size);
  return static_cast<ssize_t>(size);
}
RC_INTERPOSE int getentropy(void* memory, size_t size) {
  if (!IsControlled()) return RC_REAL(getentropy)(memory, size);
  FillWithEntropy(memory, size);
  return 0;
}
RC_INTERPOSE pid_t gettid() noexcept {
  if (!IsControlled()) return RC_REAL(gettid)();
  return static_cast<pid_t>(VirtualThreadId());
}
// libstdc++ reads the processor's own generator; these are the members that do (bits/random.h).
RC_INTERPOSE unsigned _ZNSt13random_device9_M_getvalEv(void*) { return NextEntropy(); }
RC_INTERPOSE unsigned _ZNSt13random_device16_M_getval_pretr1Ev(void*) { return NextEntropy(); }
RC_INTERPOSE void _ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(void*,
                                                                                                      const void*) {}
RC_INTERPOSE void _ZNSt13random_device7_M_finiEv(void*) {}

// Scores must not depend on the machine: every program sees four processors.
RC_INTERPOSE unsigned _ZNSt6thread20hardware_concurrencyEv() noexcept { return 4; }
RC_INTERPOSE int get_nprocs() noexcept { return 4; }
RC_INTERPOSE int get_nprocs_conf() noexcept { return 4; }
// libc's own, by its other name: sysconf is called before the engine can look anything up.
extern "C" long __sysconf(int name) noexcept;
RC_INTERPOSE long sysconf(int name) noexcept {
  const bool asks_for_processors = name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF;
  if (asks_for_processors && IsExecutionReady() && IsControlled()) return 4;
  return __sysconf(name);
}
