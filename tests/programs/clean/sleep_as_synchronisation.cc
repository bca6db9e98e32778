// expect: clean
// Sleeps and clocks where they belong: between polls of something that is synchronised.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;

std::atomic<bool> is_done = false;
int result = 0;

int main() {
  const auto start = std::chrono::steady_clock::now();
  std::thread worker([] {
    std::this_thread::sleep_for(3s);
    result = 42;
    is_done = true;
  });
  while (!is_done) std::this_thread::sleep_for(100ms);
  assert(result == 42);
  assert(std::chrono::steady_clock::now() - start >= 3s);
  worker.join();
}
