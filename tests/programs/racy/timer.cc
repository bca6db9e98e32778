// expect: use_after_free|data_race
// The timer thread calls what it was given after its owner has cancelled it and is gone.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

class Timer {
 public:
  explicit Timer(std::function<void()> action)
      : thread_([this, action = std::move(action)] {
          std::unique_lock lock(mutex_);
          if (cancelled_.wait_for(lock, 10ms, [this] { return is_cancelled_; })) return;
          lock.unlock();
          action();
        }) {}
  ~Timer() { thread_.join(); }
  void Cancel() {
    std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    cancelled_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable cancelled_;
  bool is_cancelled_ = false;
  std::thread thread_;
};

int main() {
  auto ticks = std::make_unique<int>(0);
  Timer timer([count = ticks.get()] { ++*count; });  // bug
  std::this_thread::sleep_for(5ms);
  timer.Cancel();
  ticks.reset();  // bug
}
