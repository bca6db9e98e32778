// expect: clean
// The task runs in a thread of its own, so it is ready some day.
#include <chrono>
#include <future>
#include <thread>

int main() {
  std::future<int> answer = std::async(std::launch::async, [] { return 42; });
  while (answer.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
    std::this_thread::yield();
  }
  return answer.get() == 42 ? 0 : 1;
}
