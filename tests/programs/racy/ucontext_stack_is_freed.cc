// expect: use_after_free
// The stack of a context is freed while the context is still to be continued.
#include <ucontext.h>

#include <memory>

ucontext_t scheduler;
ucontext_t flow;
int steps = 0;

void Run() {
  ++steps;
  swapcontext(&flow, &scheduler);
  ++steps;
}

int main() {
  constexpr std::size_t kSize = 64 << 10;
  auto stack = std::make_unique<char[]>(kSize);
  getcontext(&flow);
  flow.uc_stack.ss_sp = stack.get();
  flow.uc_stack.ss_size = kSize;
  flow.uc_link = &scheduler;
  makecontext(&flow, Run, 0);
  swapcontext(&scheduler, &flow);
  stack.reset();
  swapcontext(&scheduler, &flow);  // bug
  return steps == 2 ? 0 : 1;
}
