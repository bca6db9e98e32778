// expect: data_race
// Every thread adds to the one sum that was captured by reference.
#include <numeric>
#include <thread>
#include <vector>

int main() {
  std::vector<int> numbers(8, 1);
  int sum = 0;
  std::vector<std::thread> threads;
  for (int part = 0; part < 2; ++part) {
    threads.emplace_back([&, part] {
      for (int i = 4 * part; i < 4 * part + 4; ++i) sum += numbers[i];  // bug
    });
  }
  for (std::thread& thread : threads) thread.join();
  return sum == 8 ? 0 : 1;
}
