// expect: data_race
// Between reading the neighbour and writing its own sum a thread does not wait for the others.
#include <barrier>
#include <thread>
#include <vector>

constexpr int kCount = 4;
int values[kCount] = {1, 2, 3, 4};

int main() {
  std::barrier step(kCount);
  std::vector<std::thread> threads;
  for (int i = 0; i < kCount; ++i) {
    threads.emplace_back([&, i] {
      for (int distance = 1; distance < kCount; distance *= 2) {
        const int left = i >= distance ? values[i - distance] : 0;  // bug
        values[i] += left;                                          // bug
        step.arrive_and_wait();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return values[kCount - 1] == 10 ? 0 : 1;
}
