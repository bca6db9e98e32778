// expect: data_race
// volatile does not order anything between threads.
#include <atomic>
#include <cstdio>
#include <thread>

volatile bool is_done = false;
int result = 0;

int main() {
  std::thread worker([] {
    result = 42;
    is_done = true;  // bug
  });
  while (!is_done) std::this_thread::yield();  // bug
  std::printf("%d\n", result);
  worker.join();
}
