// expect: deadlock|lost_wakeup
// A barrier that is used again: a thread that wakes late finds the count at zero for the next round, and waits for
// ever.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

constexpr int kThreads = 2;

class Barrier {
 public:
  void Wait() {
    std::unique_lock lock(mutex_);
    if (++arrived_ == kThreads) {
      arrived_ = 0;
      all_here_.notify_all();
    } else {
      all_here_.wait(lock, [=, this] { return arrived_ == 0; });  // bug
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  int arrived_ = 0;
};

int main() {
  Barrier barrier;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) barrier.Wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
}
