// Knows which coroutines run and which were destroyed lately, as far as handles tell (include/coroutine).
//
// Source: C++20 [coroutine.handle.resumption]: only a suspended coroutine may be resumed or destroyed; [expr.await] p5:
// it counts as suspended before await_suspend is called.
// Guarantee: says "runs" or "destroyed" only if it is so. A coroutine is in the table of the running ones from a call
// of resume() to its next suspension, or to the end of that call if it ended otherwise; in that of the destroyed ones
// from a call of destroy() until a new coroutine shows itself in its frame, which every coroutine does before its
// handle can be resumed. Tables of fixed size forget the oldest: then it says nothing. Cost: a scan of the coroutines
// that run, few more than there are threads. Threads: used by the one running thread only.
#ifndef RACECOURSE_DETECTOR_COROUTINE_USE_H_
#define RACECOURSE_DETECTOR_COROUTINE_USE_H_

#include "framework/core/types.h"

namespace racecourse {

class CoroutineUse {
 public:
  // When and by whom something was done to a coroutine.
  struct Event {
    const void* frame = nullptr;
    std::uint32_t number = 0;  // of the resumption;  of the destroyed: the execution
    Step step = 0;
    ThreadSlot thread = kNoThread;
  };

  void BeginExecution(std::uint32_t generation) {
    running_count_ = 0;
    generation_ = generation;
  }

  // The resumption of a coroutine that runs now; nullptr if it is not known to.
  const Event* Running(const void* frame) const {
    for (unsigned i = 0; i < running_count_; ++i) {
      if (running_[i].frame == frame) return &running_[i];
    }
    return nullptr;
  }
  template <typename Visit>
  void ForEachRunning(Visit visit) const {
    for (unsigned i = 0; i < running_count_; ++i) visit(running_[i]);
  }
  // How the coroutine that was in this frame was destroyed; nullptr if it is not known to be.
  const Event* Destroyed(const void* frame) const {
    const Event& event = destroyed_[Place(frame)];
    return event.frame == frame && event.number == generation_ ? &event : nullptr;
  }

  // Begins a resumption and returns its number.
  std::uint32_t Begin(const void* frame, ThreadSlot thread, Step step) {
    if (running_count_ == kRunningMax) ForgetOldest();
    running_[running_count_++] = {frame, ++last_number_, step, thread};
    return last_number_;
  }
  // resume() returns or throws: whatever became of the coroutine, it does not run any longer.
  void End(std::uint32_t number) {
    for (unsigned i = running_count_; i-- > 0;) {
      if (running_[i].number == number) return Remove(i);
    }
  }
  // The coroutine in this frame is suspended.
  void Suspend(const void* frame) {
    for (unsigned i = running_count_; i-- > 0;) {
      if (running_[i].frame == frame) Remove(i);
    }
    Exists(frame);
  }
  // There is a coroutine in this frame that was not destroyed.
  void Exists(const void* frame) {
    Event& event = destroyed_[Place(frame)];
    if (event.frame == frame) event.frame = nullptr;
  }
  void Destroy(const void* frame, ThreadSlot thread, Step step) {
    destroyed_[Place(frame)] = {frame, generation_, step, thread};
  }

 private:
  static constexpr unsigned kRunningMax = 64;
  static constexpr unsigned kDestroyedMax = 256;

  static unsigned Place(const void* frame) {
    const auto address = reinterpret_cast<std::uintptr_t>(frame) >> 4;
    return static_cast<unsigned>((address * 0x9e3779b97f4a7c15u) >> 56) % kDestroyedMax;
  }
  // Keeps the order: the oldest comes first.
  void Remove(unsigned i) {
    --running_count_;
    for (; i < running_count_; ++i) running_[i] = running_[i + 1];
  }
  // Half of them, so that a deep recursion does not shift the table at each step.
  void ForgetOldest() {
    running_count_ = kRunningMax / 2;
    for (unsigned i = 0; i < running_count_; ++i) running_[i] = running_[i + kRunningMax / 2];
  }

  unsigned running_count_ = 0;
  std::uint32_t last_number_ = 0;
  std::uint32_t generation_ = 0;
  Event running_[kRunningMax];
  Event destroyed_[kDestroyedMax];
};

}  // namespace racecourse

#endif  // RACECOURSE_DETECTOR_COROUTINE_USE_H_
