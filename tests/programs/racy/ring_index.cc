// expect: heap_overflow
// The index is taken modulo the capacity only after it was used.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

class Ring {
 public:
  explicit Ring(unsigned capacity) : slots_(new int[capacity]), capacity_(capacity) {}
  ~Ring() { delete[] slots_; }
  void Push(int value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ < capacity_; });
    slots_[tail_++] = value;  // bug
    if (tail_ > capacity_) tail_ = 0;
    ++count_;
    changed_.notify_all();
  }
  int Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ > 0; });
    const int value = slots_[head_++];  // bug
    if (head_ > capacity_) head_ = 0;
    --count_;
    changed_.notify_all();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int* slots_;
  const unsigned capacity_;
  unsigned head_ = 0;
  unsigned tail_ = 0;
  unsigned count_ = 0;
};

int main() {
  Ring ring(2);
  int sum = 0;
  std::thread consumer([&] {
    for (int i = 0; i < 3; ++i) sum += ring.Pop();
  });
  for (int i = 1; i <= 3; ++i) ring.Push(i);
  consumer.join();
  return sum == 6 ? 0 : 1;
}
