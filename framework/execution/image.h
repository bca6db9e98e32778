// The image an execution starts from: the program's and the libraries' writable data and the setup heap.
//
// Protect() makes all of it read-only. The first write to a page faults; the page is copied away, made writable and,
// from then on, copied back after every execution. So the cost per execution is that of the pages the program really
// writes. Puppets' stacks are not part of it: their contents are indeterminate in C++ as well. Their thread_local
// storage is set anew whenever a thread starts (puppet.h). Threads: used by the one running thread, and by its fault
// handler.
#ifndef RACECOURSE_EXECUTION_IMAGE_H_
#define RACECOURSE_EXECUTION_IMAGE_H_

#include <cstddef>
#include <cstdint>

#include "framework/execution/heap.h"

namespace racecourse {

class Image {
 public:
  // Finds what to protect: the writable segments of all loaded objects and the used parts of the heap.
  void Find(const Heap& heap);
  void Protect();
  // Handles a write fault; false if the address is not ours to handle.
  bool HandleWrite(std::uintptr_t address);
  // Makes [begin, begin + size) writable: before a system call writes there.
  void PrepareWrite(std::uintptr_t begin, std::size_t size);
  // Puts every written page back.
  void Restore();
  // The same after an execution that forked, when writing costs more: the kernel copies each page then. Leaves those
  // alone which are as they were.
  void RestoreChanged();
  std::uint32_t WrittenPages() const { return written_count_; }
  // Calls visit(address) for every page written since Protect().
  template <typename Visit>
  void ForEachWrittenPage(Visit visit) const {
    for (std::uint32_t i = 0; i < written_count_; ++i) visit(written_[i]);
  }

 private:
  struct Region {
    std::uintptr_t begin;
    std::uintptr_t end;
  };
  static constexpr std::uint32_t kMaxRegions = 128;
  static constexpr std::uint32_t kMaxWritten = 1 << 16;

  void AddRegion(std::uintptr_t begin, std::uintptr_t end);
  const Region* RegionOf(std::uintptr_t address) const;

  bool is_protected_ = false;
  std::uint32_t written_count_ = 0;
  std::uint32_t region_count_ = 0;
  Region regions_[kMaxRegions];
  std::uintptr_t written_[kMaxWritten];  // page addresses; copies stand in the same order at kSnapshotAddress
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_IMAGE_H_
