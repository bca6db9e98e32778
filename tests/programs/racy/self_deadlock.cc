// expect: deadlock
// A member function that locks calls another one that locks.
#include <mutex>
#include <thread>

class Stock {
 public:
  void Add(int count) {
    std::lock_guard<std::mutex> lock(mutex_);  // bug
    count_ += count;
  }
  void AddTwice(int count) {
    std::lock_guard<std::mutex> lock(mutex_);
    Add(count);
    Add(count);
  }

 private:
  std::mutex mutex_;
  int count_ = 0;
};

int main() {
  Stock stock;
  std::thread clerk([&] { stock.Add(1); });
  stock.AddTwice(2);
  clerk.join();
}
