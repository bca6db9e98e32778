// coroutine_switch KIND COUNT: goes COUNT times into a flow of control of the program's own and back.
//   resume    a coroutine, by its handle
//   transfer  two coroutines that resume each other by symmetric transfer
//   context   a stack of its own, by racecourse/context.h
//   ucontext  the same by swapcontext
#include <ucontext.h>

#include <coroutine>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>

#include "racecourse/context.h"

namespace {

struct Flow {
  struct promise_type {
    Flow get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

struct TransferTo {
  std::coroutine_handle<>& next;
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) { return next; }
  void await_resume() {}
};

Flow Rest() {
  for (;;) co_await std::suspend_always();
}
Flow Answer(std::coroutine_handle<>& other) {
  for (;;) co_await TransferTo{other};
}
Flow Ask(std::coroutine_handle<>& other, long rounds) {
  for (long i = 0; i < rounds; ++i) co_await TransferTo{other};
}

void Resume(long rounds) {
  const Flow flow = Rest();
  for (long i = 0; i < rounds; ++i) flow.handle.resume();
  flow.handle.destroy();
}

void Transfer(long rounds) {
  std::coroutine_handle<> asking;
  std::coroutine_handle<> answering;
  const Flow ask = Ask(answering, rounds);
  const Flow answer = Answer(asking);
  asking = ask.handle;
  answering = answer.handle;
  asking.resume();
  ask.handle.destroy();
  answer.handle.destroy();
}

void SwitchContext(long rounds) {
  racecourse::Context here;
  racecourse::Context there([&] {
    for (;;) there.SwitchTo(here);
    return &here;
  });
  for (long i = 0; i < rounds; ++i) here.SwitchTo(there);
}

ucontext_t here;
ucontext_t there;

void SwapContext(long rounds) {
  constexpr std::size_t kStack = 64 << 10;
  const auto stack = std::make_unique<char[]>(kStack);
  getcontext(&there);
  there.uc_stack.ss_sp = stack.get();
  there.uc_stack.ss_size = kStack;
  there.uc_link = &here;
  makecontext(
      &there,
      +[] {
        for (;;) swapcontext(&there, &here);
      },
      0);
  for (long i = 0; i < rounds; ++i) swapcontext(&here, &there);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  const long rounds = std::atol(argv[2]);
  const auto is = [&](const char* kind) { return std::strcmp(argv[1], kind) == 0; };
  if (is("resume")) Resume(rounds);
  if (is("transfer")) Transfer(rounds);
  if (is("context")) SwitchContext(rounds);
  if (is("ucontext")) SwapContext(rounds);
  return 0;
}
