// expect: misuse
// A worker that tries again counts the latch down once more.
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

constexpr int kWorkers = 2;
std::latch done(kWorkers);
std::atomic<int> failures = 1;

void Work() {
  for (;;) {
    const bool is_ok = failures.fetch_sub(1) <= 0;
    done.count_down();  // bug
    if (is_ok) break;
  }
}

int main() {
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) workers.emplace_back(Work);
  done.wait();
  for (std::thread& worker : workers) worker.join();
}
