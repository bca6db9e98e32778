// expect: deadlock
// A handler posts an event while the loop still holds the queue's mutex.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>

class EventLoop {
 public:
  void Post(std::function<void()> event) {
    std::lock_guard lock(mutex_);  // bug
    events_.push(std::move(event));
    changed_.notify_one();
  }
  void Run() {
    while (!is_stopped_) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !events_.empty(); });
      std::function<void()> event = std::move(events_.front());
      events_.pop();
      event();
    }
  }
  void Stop() {
    Post([this] { is_stopped_ = true; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> events_;
  bool is_stopped_ = false;  // of the loop's own thread
};

int main() {
  EventLoop loop;
  std::thread thread([&] { loop.Run(); });
  loop.Post([&] { loop.Post([&] { loop.Stop(); }); });
  thread.join();
}
