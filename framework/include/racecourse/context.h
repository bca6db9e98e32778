// Stackful contexts: flows of control that hand over to each other in user space. The small switch that a scheduler of
// goroutines, fibers or green threads is built upon.
//
//   racecourse::Context main_flow;
//   racecourse::Context* back = &main_flow;
//   racecourse::Context other([&] { Work(); return back; });
//   main_flow.SwitchTo(other);      // Work runs on a stack of its own; then main_flow goes on here
//
// A context may go on in another thread than the one it was suspended in, if the program orders the two. Whatever
// belongs to a thread (thread_local variables, errno) then is that of the new one; the exceptions that it is handling
// are the context's own. Never pass on a context before the switch away from it is complete: let the context that is
// switched to do it. Sanitizers are told of each switch.
#ifndef RACECOURSE_CONTEXT_H_
#define RACECOURSE_CONTEXT_H_

#include <cxxabi.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#if defined(__x86_64__)
#include "racecourse/context_x86_64.h"
#else
#error "racecourse/context.h knows no stack switch for this processor"
#endif

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RACECOURSE_CONTEXT_TSAN 1
extern "C" {
void* __tsan_get_current_fiber(void);
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
}
#endif
#if __has_feature(address_sanitizer)
#define RACECOURSE_CONTEXT_ASAN 1
extern "C" {
void __sanitizer_start_switch_fiber(void** fake_stack_save, const void* bottom, size_t size);
void __sanitizer_finish_switch_fiber(void* fake_stack_save, const void** bottom_old, size_t* size_old);
}
#endif
#endif

namespace racecourse {

class Context {
 public:
  // The flow that is running: a thread's own. It is filled in when that flow switches away.
  Context() = default;

  // A flow that runs `function` when it is first switched to, on a stack of its own. When the function returns, the
  // flow is over and the context that it returns goes on. An exception must not leave it.
  explicit Context(std::function<Context*()> function, std::size_t stack_bytes = std::size_t{64} << 10)
      : function_(std::move(function)), stack_(new std::byte[stack_bytes]), stack_bytes_(stack_bytes) {
    stack_pointer_ = internal::FirstFrame(stack_.get() + stack_bytes, &Run, this);
#ifdef RACECOURSE_CONTEXT_TSAN
    fiber_ = __tsan_create_fiber(0);
#endif
  }

  // REQUIRES: no thread runs on it. What is on the stack of a flow that is not over is not destroyed.
  ~Context() {
#ifdef RACECOURSE_CONTEXT_TSAN
    if (stack_ != nullptr) __tsan_destroy_fiber(fiber_);
#endif
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Suspends the calling flow, whose context this is, and lets `next` go on. Returns when somebody switches back.
  // REQUIRES: `next` is suspended and not over.
  void SwitchTo(Context& next) {
    Leave(next, false);
    Arrived();
  }

  // True once the function has returned. Read it only where that is ordered after the last switch.
  bool IsOver() const { return is_over_; }

 private:
  // The exceptions that are being handled and thrown. Source: Itanium C++ ABI, 2.2.2.
  struct Exceptions {
    void* caught = nullptr;
    unsigned uncaught = 0;
  };

  static void Run(void* argument) {
    auto& self = *static_cast<Context*>(argument);
    self.Arrived();
    Context& next = *self.function_();
    self.is_over_ = true;
    self.Leave(next, true);
  }

  // Inlined: ThreadSanitizer keeps a list of calls for each fiber, so that a function which returns must be in the one
  // in which it was called.
  __attribute__((always_inline)) void Leave(Context& next, [[maybe_unused]] bool is_last) {
    void* const target = next.stack_pointer_;
    stack_pointer_ = nullptr;  // the switch itself is not seen to write to it
    ExchangeExceptions(next);
#ifdef RACECOURSE_CONTEXT_ASAN
    next.came_from_ = this;
    __sanitizer_start_switch_fiber(is_last ? nullptr : &fake_stack_,
                                   next.stack_bottom_ ? next.stack_bottom_ : next.stack_.get(), next.stack_bytes_);
#endif
#ifdef RACECOURSE_CONTEXT_TSAN
    if (stack_ == nullptr) fiber_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(next.fiber_, 0);
#endif
    internal::SwitchStacks(&stack_pointer_, target);
  }

  // A function of its own: one that asks for something of the thread's before and after a switch may have kept the
  // address, and so use that of the thread it was on before. Not watched: stack_pointer_ tells who may switch.
  __attribute__((noinline, no_sanitize("thread"))) void ExchangeExceptions(const Context& next) {
    auto& of_thread = *reinterpret_cast<Exceptions*>(abi::__cxa_get_globals());
    exceptions_ = {of_thread.caught, of_thread.uncaught};
    of_thread.caught = next.exceptions_.caught;
    of_thread.uncaught = next.exceptions_.uncaught;
  }

  // After the switch, on this one's stack again.
  void Arrived() {
#ifdef RACECOURSE_CONTEXT_ASAN
    const void* bottom = nullptr;
    size_t size = 0;
    __sanitizer_finish_switch_fiber(fake_stack_, &bottom, &size);
    if (came_from_->stack_ == nullptr) {
      came_from_->stack_bottom_ = bottom;
      came_from_->stack_bytes_ = size;
    }
#endif
  }

  std::function<Context*()> function_;
  std::unique_ptr<std::byte[]> stack_;  // null: a thread's own
  std::size_t stack_bytes_ = 0;
  void* stack_pointer_ = nullptr;  // where the flow is suspended
  bool is_over_ = false;
  Exceptions exceptions_;
#ifdef RACECOURSE_CONTEXT_TSAN
  void* fiber_ = nullptr;
#endif
#ifdef RACECOURSE_CONTEXT_ASAN
  void* fake_stack_ = nullptr;
  const void* stack_bottom_ = nullptr;
  Context* came_from_ = nullptr;
#endif
};

}  // namespace racecourse

#endif  // RACECOURSE_CONTEXT_H_
