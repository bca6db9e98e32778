// pthread_once (std::call_once) and the guards of function-local statics.

#include <link.h>
#include <pthread.h>

#include <cstdint>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/sanitizer.h"

using namespace racecourse;

extern "C" {
int RC_SANITIZED(pthread_once)(pthread_once_t*, void (*)());
int __real___cxa_guard_acquire(unsigned long*);
}

namespace {

// The current thread either runs the initialisation or finds it done; before that it may find others running it.
void ArriveAtOnce() {
  while (Arrive(OperationKind::kOnce).outcome == Arrival::kNoOutcome) {
  }
}

// What shared libraries initialise for themselves is no scheduling point.
bool IsOfLibrary(const void* p) {
  struct Search {
    std::uintptr_t address;
    bool is_first = true;  // the program itself
    bool found = false;
  } search = {.address = reinterpret_cast<std::uintptr_t>(p)};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* argument) {
        auto* search = static_cast<Search*>(argument);
        const bool is_program = search->is_first;
        search->is_first = false;
        for (int i = 0; i < info->dlpi_phnum && !is_program; ++i) {
          const std::uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
          if (info->dlpi_phdr[i].p_type == PT_LOAD && search->address - begin < info->dlpi_phdr[i].p_memsz) {
            search->found = true;
          }
        }
        return search->found ? 1 : 0;
      },
      &search);
  return search.found;
}

}  // namespace

RC_CARRY int pthread_once(pthread_once_t* once, void (*initialise)()) {
  if (IsFollowing() && *once != kOnceDone && !IsOfLibrary(once)) ArriveAtOnce();
  RC_GO_ON RC_SANITIZED(pthread_once)(once, initialise);
}
// The first byte of a guard says whether the object exists. The sanitizer's definition is no weak one: --wrap again.
RC_CARRY int __wrap___cxa_guard_acquire(unsigned long* guard) {
  if (IsFollowing() && *reinterpret_cast<unsigned char*>(guard) == 0) ArriveAtOnce();
  RC_GO_ON __real___cxa_guard_acquire(guard);
}
