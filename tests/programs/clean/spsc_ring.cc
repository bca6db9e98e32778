// expect: clean
// A ring buffer for one producer and one consumer with release and acquire indices.
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <thread>

class Ring {
 public:
  bool Push(int value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == slots_.size()) return false;
    slots_[tail % slots_.size()] = value;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  bool Pop(int& value) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    value = slots_[head % slots_.size()];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  std::array<int, 2> slots_{};
  std::atomic<std::size_t> head_ = 0;
  std::atomic<std::size_t> tail_ = 0;
};

int main() {
  Ring ring;
  std::thread producer([&] {
    for (int i = 1; i <= 4;) {
      if (ring.Push(i)) ++i;
    }
  });
  int sum = 0;
  for (int received = 0; received < 4;) {
    int value = 0;
    if (!ring.Pop(value)) continue;
    sum += value;
    ++received;
  }
  producer.join();
  assert(sum == 10);
}
