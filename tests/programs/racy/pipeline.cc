// expect: lost_wakeup|deadlock
// The first stage ends without telling the second one that nothing more will come.
#include <condition_variable>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>

class Channel {
 public:
  void Send(std::optional<int> value) {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push(value);
    arrived_.notify_one();
  }
  std::optional<int> Receive() {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [this] { return !queue_.empty(); });  // bug
    const std::optional<int> value = queue_.front();
    queue_.pop();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<std::optional<int>> queue_;
};

int main() {
  Channel numbers;
  int sum = 0;
  std::thread adder([&] {
    while (const auto number = numbers.Receive()) sum += *number;
  });
  numbers.Send(1);
  numbers.Send(2);
  adder.join();
}
