// expect: clean
// The function that starts the workers waits until each has read what it was given by reference; deeper calls of main's
// and of the workers' own come and go meanwhile.
#include <atomic>
#include <latch>
#include <thread>

std::atomic<int> total = 0;

__attribute__((noinline)) int Deep(int levels, int* value) {
  int copy = *value;
  return levels == 0 ? copy : Deep(levels - 1, &copy) + 1;
}

__attribute__((noinline)) void Start(int first) {
  int numbers[3] = {first, first + 1, first + 2};
  std::latch read(2);
  for (int i = 0; i < 2; ++i) {
    std::thread([&] {
      int sum = 0;
      for (int& number : numbers) sum += Deep(2, &number) - 2;
      total += sum;
      read.count_down();
    }).detach();
  }
  int own = 0;
  total += Deep(3, &own) - 3;
  read.wait();
}

int main() {
  Start(1);
  Start(2);
  return total == 2 * 6 + 2 * 9 ? 0 : 1;
}
