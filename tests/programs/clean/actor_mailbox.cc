// expect: clean
// Two actors that own their state and talk by messages only.
#include <cassert>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <queue>
#include <thread>

class Actor {
 public:
  Actor() : thread_([this] { Run(); }) {}
  ~Actor() {
    Send(nullptr);
    thread_.join();
  }
  void Send(std::function<void()> message) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      mailbox_.push(std::move(message));
    }
    arrived_.notify_one();
  }

 private:
  void Run() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      arrived_.wait(lock, [this] { return !mailbox_.empty(); });
      const std::function<void()> message = std::move(mailbox_.front());
      mailbox_.pop();
      lock.unlock();
      if (message == nullptr) return;
      message();
    }
  }
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<std::function<void()>> mailbox_;
  std::thread thread_;
};

int main() {
  int total = 0;  // the second actor's
  std::promise<int> answer;
  Actor second;
  Actor first;
  for (int i = 1; i <= 2; ++i) {
    first.Send([&, i] { second.Send([&total, i] { total += i; }); });
  }
  first.Send([&] { second.Send([&] { answer.set_value(total); }); });
  assert(answer.get_future().get() == 3);
}
