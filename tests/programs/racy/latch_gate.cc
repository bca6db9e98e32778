// expect: deadlock
// The start gate waits for one runner more than there are.
#include <latch>
#include <thread>

std::latch everybody_ready(3);

int main() {
  std::thread runner([] { everybody_ready.arrive_and_wait(); });  // bug
  everybody_ready.arrive_and_wait();                              // bug
  runner.join();
}
