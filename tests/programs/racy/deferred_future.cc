// expect: livelock|busy_wait
// The task was never started: its future says `deferred` for ever, and the loop waits for `ready`.
#include <chrono>
#include <future>
#include <thread>

int main() {
  std::future<int> answer = std::async(std::launch::deferred, [] { return 42; });
  while (answer.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {  // bug
    std::this_thread::yield();                                                          // bug
  }
  return answer.get() == 42 ? 0 : 1;
}
