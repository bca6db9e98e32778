// expect: data_race
// Subscribers are added under the lock, and called from a loop without it.
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

class EventBus {
 public:
  void Subscribe(std::function<void(int)> subscriber) {
    std::lock_guard lock(mutex_);
    subscribers_.push_back(std::move(subscriber));  // bug
  }
  void Publish(int event) {
    for (const auto& subscriber : subscribers_) subscriber(event);  // bug
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void(int)>> subscribers_;
};

int main() {
  EventBus bus;
  int last = 0;
  bus.Subscribe([&](int event) { last = event; });
  std::thread late([&] { bus.Subscribe([](int) {}); });
  bus.Publish(5);
  late.join();
  return last == 5 ? 0 : 1;
}
