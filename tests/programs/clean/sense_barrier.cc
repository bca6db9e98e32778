// expect: clean
// A spinning barrier that sets its counter back before it lets the others go.
#include <atomic>
#include <thread>
#include <vector>

constexpr int kThreads = 2;
std::atomic<int> waiting = 0;
std::atomic<bool> sense = false;
int left[kThreads];
int right[kThreads];

void Meet(bool* my_sense) {
  *my_sense = !*my_sense;
  if (waiting.fetch_add(1) == kThreads - 1) {
    waiting.store(0);
    sense.store(*my_sense);
  } else {
    while (sense.load() != *my_sense) std::this_thread::yield();
  }
}

int main() {
  std::vector<std::thread> threads;
  for (int me = 0; me < kThreads; ++me) {
    threads.emplace_back([me] {
      bool my_sense = false;
      for (int round = 1; round <= 2; ++round) {
        left[me] = round;
        Meet(&my_sense);
        right[me] += left[1 - me];
        Meet(&my_sense);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return right[0] + right[1] == 6 ? 0 : 1;
}
