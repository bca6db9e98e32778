// Memory that processes of an execution share: mapped MAP_SHARED before a fork, or by name. The same memory has the
// same address in every process that maps it, and in every execution; its shadow is shared as well, so that races
// between processes are seen and a mutex in it is one. Threads: program code only.
#ifndef RACECOURSE_EXECUTION_SHARED_MAPPINGS_H_
#define RACECOURSE_EXECUTION_SHARED_MAPPINGS_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

struct SharedMapping {
  std::uintptr_t begin;
  std::size_t size;
  std::uint64_t device;  // of the file behind it; 0 and 0: none
  std::uint64_t inode;
  std::int64_t offset;
  std::uint32_t first_page;  // of its shadow
};

struct SharedMappings {
  static constexpr std::uint32_t kMax = 256;
  SharedMapping all[kMax];
  std::uint32_t count = 0;  // in this execution
  std::uint32_t page_count = 0;
};

// As mmap for MAP_SHARED: the address, or a negated error number. `is_once`: memory that the process has mapped already
// is returned as it is.
long MapShared(std::size_t size, int protection, int flags, int descriptor, std::int64_t offset, bool is_once = false);
// As munmap; false if nothing shared begins there.
bool UnmapShared(std::uintptr_t address);
bool IsInSharedMapping(std::uintptr_t address);
// The same, in this process.
bool HasMapped(std::uintptr_t address);
// After an execution: the first process has none of them any more.
void ForgetSharedMappings();

// Names of shared memory are the execution's own: two explorers at work do not meet, and all are removed with it.
// Writes the path behind `name`; false if the name is not one.
bool SharedMemoryPath(const char* name, const char* kind, char* path, std::size_t size);
// Removes what the explorer `process` and its executions left.
void RemoveSharedMemoryOf(std::int32_t process);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SHARED_MAPPINGS_H_
