// expect: data_race|misuse
// A flow puts its own context into the queue and switches away afterwards: another thread may switch to it before.
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
      Push(this);
      context.SwitchTo(*scheduler);  // bug
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
  flow->scheduler = &mine;       // bug
  mine.SwitchTo(flow->context);  // bug
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
