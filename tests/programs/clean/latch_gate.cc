// expect: clean
// A gate that opens for all runners at once, and one that counts them at the end.
#include <atomic>
#include <cassert>
#include <latch>
#include <thread>
#include <vector>

int distance = 0;
int results[3] = {};

int main() {
  std::latch start(1);
  std::latch finish(3);
  std::vector<std::thread> runners;
  for (int i = 0; i < 3; ++i) {
    runners.emplace_back([&, i] {
      start.wait();
      results[i] = distance * (i + 1);
      finish.count_down();
    });
  }
  distance = 100;
  start.count_down();
  finish.wait();
  assert(results[0] + results[1] + results[2] == 600);
  for (std::thread& runner : runners) runner.join();
}
