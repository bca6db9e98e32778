// expect: clean
// A barrier that counts its rounds, so that it can be used again.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

constexpr int kThreads = 2;

class Barrier {
 public:
  void Wait() {
    std::unique_lock lock(mutex_);
    const int round = round_;
    if (++arrived_ == kThreads) {
      arrived_ = 0;
      ++round_;
      all_here_.notify_all();
    } else {
      all_here_.wait(lock, [=, this] { return round_ != round; });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  int arrived_ = 0;
  int round_ = 0;
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
