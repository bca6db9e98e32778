// expect: clean
// Three stages joined by channels; an empty optional closes each.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>

template <typename T>
class Channel {
 public:
  void Send(std::optional<T> value) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      queue_.push(std::move(value));
    }
    arrived_.notify_one();
  }
  std::optional<T> Receive() {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [this] { return !queue_.empty(); });
    std::optional<T> value = std::move(queue_.front());
    queue_.pop();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<std::optional<T>> queue_;
};

int main() {
  Channel<int> numbers;
  Channel<long> squares;
  long sum = 0;
  std::thread squarer([&] {
    while (const auto number = numbers.Receive()) squares.Send(long{*number} * *number);
    squares.Send({});
  });
  std::thread adder([&] {
    while (const auto square = squares.Receive()) sum += *square;
  });
  for (int i = 1; i <= 3; ++i) numbers.Send(i);
  numbers.Send({});
  squarer.join();
  adder.join();
  assert(sum == 14);
}
