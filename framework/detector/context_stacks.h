// The stacks that makecontext was given: whose stack pointer lies in which. Two threads on one stack at a time
// overwrite each other's variables, whatever they run; a thread that is about to step on the stack of another is in
// error. Keeps the latest ones of an execution; what it has forgotten it says nothing about. Threads: used by the one
// running thread only.
#ifndef RACECOURSE_DETECTOR_CONTEXT_STACKS_H_
#define RACECOURSE_DETECTOR_CONTEXT_STACKS_H_

#include <cstdint>

namespace racecourse {

class ContextStacks {
 public:
  struct Range {
    std::uintptr_t begin;
    std::uintptr_t end;
    bool Contains(std::uintptr_t address) const { return address >= begin && address < end; }
  };

  void BeginExecution() {
    count_ = 0;
    has_fibers_ = false;
  }
  // The program switches stacks that are not known here.
  void NoteFiber() { has_fibers_ = true; }
  // No stack was given in this execution: every thread runs on its own.
  bool IsEmpty() const { return count_ == 0 && !has_fibers_; }

  void Add(std::uintptr_t begin, std::uintptr_t size) {
    const Range range = {begin, begin + size};
    if (const Range* known = Find(begin); known != nullptr && known->begin == begin && known->end == range.end) return;
    ranges_[count_++ % kMax] = range;
  }

  // The stack around `address`, the latest if memory was used for several; nullptr if it is in none.
  const Range* Find(std::uintptr_t address) const {
    const std::uint32_t kept = count_ < kMax ? count_ : kMax;
    for (std::uint32_t i = 1; i <= kept; ++i) {
      const Range& range = ranges_[(count_ - i) % kMax];
      if (range.Contains(address)) return &range;
    }
    return nullptr;
  }

 private:
  static constexpr std::uint32_t kMax = 128;
  std::uint32_t count_ = 0;
  bool has_fibers_ = false;
  Range ranges_[kMax];
};

}  // namespace racecourse

#endif  // RACECOURSE_DETECTOR_CONTEXT_STACKS_H_
