// expect: clean
// The scheduler puts the context into the queue, after the switch away from it.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "racecourse/context.h"

using racecourse::Context;

struct Flow;
std::mutex mutex;
std::condition_variable changed;
std::deque<Flow*> ready;
int steps = 0;

void Push(Flow* flow) {
  std::lock_guard lock(mutex);
  ready.push_back(flow);
  changed.notify_one();
}

struct Flow {
  Context* scheduler = nullptr;
  Context context{[this] {
    for (int i = 0; i < 2; ++i) {
      ++steps;
      context.SwitchTo(*scheduler);
    }
    return scheduler;
  }};
};

void RunOnce() {
  Flow* flow = nullptr;
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return !ready.empty(); });
    flow = ready.front();
    ready.pop_front();
  }
  Context mine;
  flow->scheduler = &mine;
  mine.SwitchTo(flow->context);
  if (!flow->context.IsOver()) Push(flow);
}

int main() {
  Flow flow;
  Push(&flow);
  std::thread other(RunOnce);
  RunOnce();
  other.join();
  RunOnce();
  return steps == 2 ? 0 : 1;
}
