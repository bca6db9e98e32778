// expect: clean
// Three threads hand one message on, each by its own release and acquire.
#include <atomic>
#include <cassert>
#include <string>
#include <thread>

std::string message;
std::atomic<int> stage = 0;

void WaitFor(int wanted) {
  while (stage.load(std::memory_order_acquire) != wanted) std::this_thread::yield();
}

int main() {
  std::thread first([] {
    message = "a text that is too long for the small string buffer";
    stage.store(1, std::memory_order_release);
  });
  std::thread second([] {
    WaitFor(1);
    message += "!";
    stage.store(2, std::memory_order_release);
  });
  WaitFor(2);
  assert(message.back() == '!');
  first.join();
  second.join();
}
