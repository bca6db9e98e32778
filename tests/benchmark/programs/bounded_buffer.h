// W2: a bounded buffer of capacity 2 between two producers of two items each and two consumers of two items each.
#ifndef RACECOURSE_TESTS_BENCHMARK_PROGRAMS_BOUNDED_BUFFER_H_
#define RACECOURSE_TESTS_BENCHMARK_PROGRAMS_BOUNDED_BUFFER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

class BoundedBuffer {
 public:
  void Push(int item) {
    std::unique_lock<std::mutex> lock(mutex_);
    not_full_.wait(lock, [this] { return size_ < kCapacity; });
    items_[(first_ + size_++) % kCapacity] = item;
    not_empty_.notify_one();
  }
  int Pop() {
    std::unique_lock<std::mutex> lock(mutex_);
    not_empty_.wait(lock, [this] { return size_ > 0; });
    const int item = items_[first_];
    first_ = (first_ + 1) % kCapacity;
    --size_;
    not_full_.notify_one();
    return item;
  }

 private:
  static constexpr int kCapacity = 2;
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  int items_[kCapacity] = {};
  int first_ = 0;
  int size_ = 0;
};

// True if all four items arrived.
inline bool RunBoundedBuffer() {
  BoundedBuffer buffer;
  int sums[2] = {0, 0};
  const auto produce = [&buffer](int first) {
    buffer.Push(first);
    buffer.Push(first + 1);
  };
  const auto consume = [&buffer](int* sum) { *sum = buffer.Pop() + buffer.Pop(); };
  std::thread producers[] = {std::thread(produce, 1), std::thread(produce, 3)};
  std::thread consumers[] = {std::thread(consume, &sums[0]), std::thread(consume, &sums[1])};
  for (std::thread& thread : producers) thread.join();
  for (std::thread& thread : consumers) thread.join();
  return sums[0] + sums[1] == 1 + 2 + 3 + 4;
}

#endif  // RACECOURSE_TESTS_BENCHMARK_PROGRAMS_BOUNDED_BUFFER_H_
