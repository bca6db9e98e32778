// expect: data_race
// All threads draw from one random engine.
#include <mutex>
#include <random>
#include <thread>
#include <vector>

std::mutex mutex;
int inside = 0;
std::minstd_rand engine(1);

void Throw(int count, unsigned seed) {
  (void)seed;
  std::uniform_real_distribution<double> place(-1, 1);
  int hits = 0;
  for (int i = 0; i < count; ++i) {
    const double x = place(engine);  // bug
    const double y = place(engine);  // bug
    hits += x * x + y * y < 1;
  }
  std::lock_guard lock(mutex);
  inside += hits;
}

int main() {
  std::vector<std::thread> threads;
  for (unsigned i = 1; i <= 3; ++i) threads.emplace_back(Throw, 10, i);
  for (std::thread& thread : threads) thread.join();
  return inside > 0 && inside <= 30 ? 0 : 1;
}
