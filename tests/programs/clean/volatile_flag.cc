// expect: clean
// An atomic flag orders what was written before it.
#include <atomic>
#include <cstdio>
#include <thread>

std::atomic<bool> is_done = false;
int result = 0;

int main() {
  std::thread worker([] {
    result = 42;
    is_done = true;
  });
  while (!is_done) std::this_thread::yield();
  std::printf("%d\n", result);
  worker.join();
}
