// Decides every nondeterministic choice of an execution: which thread moves next, and which legal outcome its operation
// gets. A Strategy lives across the executions of one explorer process. Called only by the one running thread; it may
// not allocate, block or call into libc, because it runs in the middle of student code.
#ifndef RACECOURSE_STRATEGY_STRATEGY_H_
#define RACECOURSE_STRATEGY_STRATEGY_H_

#include "framework/core/operation.h"
#include "framework/core/random.h"
#include "framework/core/thread_set.h"

namespace racecourse {

// What a strategy sees when it picks a thread.
struct ChoiceOfThread {
  // Threads that can perform their pending operation now.   Invariant: non-empty.
  ThreadSet enabled;
  // Threads that can only go on by something unusual: a spurious wake-up, an early timeout, the end of a sleep.
  ThreadSet unusual;
  // pending[slot] for every member of the two sets.
  const PendingOperation* pending;
  // The thread that just arrived at its scheduling point if it is in `enabled`, else kNoThread.
  ThreadSlot current;
  // What is taken when a schedule says nothing.   Invariant: a member of `enabled`.
  ThreadSlot default_thread;
};

class Strategy {
 public:
  virtual ~Strategy() = default;

  // Begins the next execution. All randomness of the execution comes from `seed`.
  virtual void BeginExecution(std::uint64_t seed) = 0;
  // Told once per execution, with the number of choices it had.
  virtual void EndExecution(std::uint32_t choices) = 0;

  // A new thread (or the first one) exists.
  virtual void ThreadStarted(ThreadSlot slot) = 0;

  // Picks who moves next.   ENSURES: the result is a member of `enabled` or of `unusual`.
  virtual ThreadSlot PickThread(const ChoiceOfThread& choice) = 0;

  // Picks one of `count` legal outcomes; outcome 0 is the default.   REQUIRES: 1 < count < 256.   ENSURES: result <
  // count.
  virtual std::uint32_t PickOutcome(std::uint32_t count) = 0;

  // True if the operation is to fail by a fault that the test allows.
  virtual bool PickFault() { return PickOutcome(2) == 1; }
};

// A strategy may lie in memory that several programs share, each with its own copies of its functions: from here on
// those of the program that calls this are called. An object with virtual functions begins with the pointer to their
// table (Itanium C++ ABI, 2.5).
template <typename T>
void TakeTable(T* strategy) {
  const T own;
  __builtin_memcpy(static_cast<void*>(strategy), static_cast<const void*>(&own), sizeof(void*));
}

// A strategy that draws outcomes and unusual moves at random and leaves the ordinary pick to its subclass.
class RandomizedStrategy : public Strategy {
 public:
  void BeginExecution(std::uint64_t seed) override {
    random_.Seed(seed);
    fault_rate_ = 0;
  }
  void EndExecution(std::uint32_t) override {}
  void ThreadStarted(ThreadSlot) override {}
  ThreadSlot PickThread(const ChoiceOfThread& choice) final {
    // Unusual moves are legal at almost every step but seldom what decides: one step in eight is enough to find what
    // depends on them without drowning the rest.
    if (!choice.unusual.Empty() && random_.Below(8) == 0) {
      return choice.unusual.Nth(random_.Below(choice.unusual.Size()));
    }
    return PickEnabled(choice);
  }
  std::uint32_t PickOutcome(std::uint32_t count) override { return random_.Below(count); }
  // An execution has few faults. Where they fall matters, early or late in a long execution: so each execution has a
  // rate of its own.
  bool PickFault() override {
    if (fault_rate_ == 0) fault_rate_ = 2u << 2 * random_.Below(4);
    return random_.Below(fault_rate_) == 0;
  }

 protected:
  // As PickThread, but only from `enabled`.
  virtual ThreadSlot PickEnabled(const ChoiceOfThread& choice) = 0;
  Random random_;

 private:
  std::uint32_t fault_rate_ = 0;  // one in so many; 0: not drawn yet
};

}  // namespace racecourse

#endif  // RACECOURSE_STRATEGY_STRATEGY_H_
