// expect: clean
// The last task goes to whoever moves the top first.
#include <atomic>
#include <cassert>
#include <thread>

// One owner takes at the bottom, thieves at the top. Nothing is pushed once it runs.
constexpr int kTasks = 2;
std::atomic<int> top = 0;
std::atomic<int> bottom = kTasks;
std::atomic<int> done[kTasks];

void Run(int task) {
  const int times = ++done[task];
  assert(times == 1);
}

bool Take() {
  const int task = --bottom;
  int first = top;
  if (task < first) {
    bottom = first;
    return false;
  }
  if (task == first) {
    const bool is_mine = top.compare_exchange_strong(first, first + 1);
    bottom = task + 1;
    if (is_mine) Run(task);
    return false;
  }
  Run(task);
  return true;
}

bool Steal() {
  int first = top;
  if (first >= bottom) return false;
  if (!top.compare_exchange_strong(first, first + 1)) return true;
  Run(first);
  return true;
}

int main() {
  std::thread thief([] {
    while (Steal()) {
    }
  });
  while (Take()) {
  }
  thief.join();
}
