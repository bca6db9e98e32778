// expect: clean
// The same with a recursive mutex.
#include <cassert>
#include <mutex>
#include <thread>

class Stock {
 public:
  void Add(int count) {
    std::lock_guard<std::recursive_mutex> lock(mutex_);
    count_ += count;
  }
  void AddTwice(int count) {
    std::lock_guard<std::recursive_mutex> lock(mutex_);
    const int before = count_;
    Add(count);
    Add(count);
    assert(count_ == before + 2 * count);
  }
  int Count() {
    std::lock_guard<std::recursive_mutex> lock(mutex_);
    return count_;
  }

 private:
  std::recursive_mutex mutex_;
  int count_ = 0;
};

int main() {
  Stock stock;
  std::thread clerk([&] { stock.AddTwice(1); });
  stock.AddTwice(2);
  clerk.join();
  assert(stock.Count() == 6);
}
