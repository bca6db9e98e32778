// Hash values of thread handles. std::barrier chooses by that of std::thread::id where a thread looks for its place
// first, and containers keyed by it where an entry goes; the handles themselves differ from the engine's, where they
// are known beforehand (framework/execution/puppet.h). So the hash value of a handle is that of the engine's.
// Source of the name: libstdc++, bits/functional_hash.h.

#include <dlfcn.h>
#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/core/address_space.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kThreadsMax = 4096;
constexpr std::uint32_t kNobody = ~std::uint32_t{0};

struct KnownThread {
  std::uint64_t handle;
  std::uint32_t slot;  // of the engine's
  std::uint32_t joined_by;
};

// By their numbers. Only the thread whose turn it is reads or writes them.
KnownThread threads[kThreadsMax];
std::uint32_t thread_count;

// The engine gives a thread the first slot whose last owner is over and known to the creator: one it joined, say.
std::uint32_t FreeSlot(std::uint32_t creator) {
  std::uint32_t slot = 1;
  for (bool is_taken = true; is_taken;) {
    is_taken = false;
    for (std::uint32_t i = thread_count; i-- > 1 && !is_taken;) {
      if (threads[i].slot != slot) continue;
      if (threads[i].joined_by == creator) return slot;
      is_taken = true;
    }
    if (is_taken) ++slot;
  }
  return slot;
}

// glibc has a thread's descriptor, by whose address it goes, at the upper end of its stack; so it lies as far from the
// end of a page everywhere.
std::uint64_t HandleOfEngine(std::uint64_t handle, std::uint32_t slot) {
  constexpr std::uint64_t kPage = 4096;
  return kPuppetAddress + (std::uint64_t{slot} + 1) * kPuppetRegionSize - (kPage - handle % kPage);
}

}  // namespace

void NoteThreadHandle(std::uint32_t number, std::uint32_t creator, unsigned long handle) {
  if (number >= kThreadsMax) return;
  std::uint32_t slot = number == 0 ? 0 : FreeSlot(creator);
  // A handle that was somebody's before hashes as it did.
  for (std::uint32_t i = 1; i < thread_count; ++i) {
    if (threads[i].handle == handle) slot = threads[i].slot;
  }
  threads[number] = {handle, slot, kNobody};
  if (thread_count <= number) thread_count = number + 1;
}

void NoteThreadJoined(unsigned long handle) {
  for (std::uint32_t i = thread_count; i-- > 1;) {
    if (threads[i].handle != handle) continue;
    threads[i].joined_by = ThisCarrier();
    return;
  }
}

}  // namespace racecourse

using namespace racecourse;

extern "C" std::size_t _ZSt11_Hash_bytesPKvmm(const void* bytes, std::size_t size, std::size_t seed);

RC_CARRY std::size_t _ZSt11_Hash_bytesPKvmm(const void* bytes, std::size_t size, std::size_t seed) {
  std::uint64_t word = 0;
  if (size == sizeof word && IsFollowing()) {
    std::memcpy(&word, bytes, sizeof word);
    for (std::uint32_t i = thread_count; i-- > 0;) {
      if (threads[i].handle != word) continue;
      // The first one's is no end of a stack; all others' lie alike.
      word = HandleOfEngine(i == 0 && thread_count > 1 ? threads[1].handle : word, threads[i].slot);
      bytes = &word;
      break;
    }
  }
  return reinterpret_cast<decltype(&_ZSt11_Hash_bytesPKvmm)>(dlsym(RTLD_NEXT, "_ZSt11_Hash_bytesPKvmm"))(bytes, size,
                                                                                                         seed);
}
