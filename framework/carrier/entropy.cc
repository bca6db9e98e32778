// Random numbers, and what a program can ask about the machine: as the engine answers.

#include <sys/random.h>
#include <unistd.h>

#include <cstring>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/execution/system_call.h"

using namespace racecourse;

namespace {

// Byte by byte: memory of the program's is nothing that the sanitizer should see us write.
void Fill(void* memory, std::size_t size) {
  auto* bytes = static_cast<volatile unsigned char*>(memory);
  std::uint64_t random = 0;
  for (std::size_t i = 0; i < size; ++i, random >>= 8) {
    if (i % 8 == 0) random = Entropy().Next();
    bytes[i] = static_cast<unsigned char>(random);
  }
}

}  // namespace

RC_CARRY ssize_t getrandom(void* memory, size_t size, unsigned flags) {
  if (!IsFollowing()) return SystemCall(SYS_getrandom, memory, size, flags);
  Fill(memory, size);
  return static_cast<ssize_t>(size);
}
RC_CARRY int getentropy(void* memory, size_t size) {
  if (!IsFollowing()) return SystemCall(SYS_getrandom, memory, size, 0L) < 0 ? -1 : 0;
  Fill(memory, size);
  return 0;
}
RC_CARRY unsigned _ZNSt13random_device9_M_getvalEv(void*) { return static_cast<std::uint32_t>(Entropy().Next() >> 32); }
RC_CARRY unsigned _ZNSt13random_device16_M_getval_pretr1Ev(void*) {
  return static_cast<std::uint32_t>(Entropy().Next() >> 32);
}
RC_CARRY void _ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(void*, const void*) {}
RC_CARRY void _ZNSt13random_device7_M_finiEv(void*) {}
RC_CARRY unsigned _ZNSt6thread20hardware_concurrencyEv() noexcept { return 4; }
RC_CARRY int get_nprocs() noexcept { return 4; }
RC_CARRY int get_nprocs_conf() noexcept { return 4; }
