// Two machines run six tasks by the reference solution of the exercise on goroutines, machines and processors: the
// first task spawns the five others on its own machine, and the second machine steals.
#include <atomic>

#include "../../../solutions/coroutines/70-gmp-scheduler/reference/scheduler.h"

namespace {

Task Child(std::atomic<int>& done) {
  ++done;
  co_return;
}

Task Parent(Scheduler& scheduler, std::atomic<int>& done) {
  for (int i = 0; i < 5; ++i) scheduler.go(Child(done));
  ++done;
  co_return;
}

}  // namespace

int main() {
  std::atomic<int> done = 0;
  Scheduler scheduler({.procs = 2, .lrq_cap = 8});
  scheduler.go(Parent(scheduler, done));
  scheduler.run_until_idle();
  return done == 6 ? 0 : 1;
}
