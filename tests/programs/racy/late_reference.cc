// expect: use_after_free|data_race
// The function that starts the worker returns before the worker has read what it was given by reference.
#include <atomic>
#include <thread>

std::atomic<int> total = 0;

__attribute__((noinline)) void Start(int first) {
  int numbers[3] = {first, first + 1, first + 2};
  std::thread([&numbers] {
    for (int number : numbers) total += number;  // bug
  }).detach();
}

int main() {
  Start(1);
  while (total != 6) std::this_thread::yield();
}
