// expect: clean
// Spin locks by exchange, by test-and-test-and-set, and by atomic_flag.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

class ExchangeLock {
 public:
  void lock() {
    while (is_locked_.exchange(true, std::memory_order_acquire)) {
    }
  }
  void unlock() { is_locked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> is_locked_ = false;
};

class PoliteLock {
 public:
  void lock() {
    for (;;) {
      if (!is_locked_.exchange(true, std::memory_order_acquire)) return;
      while (is_locked_.load(std::memory_order_relaxed)) std::this_thread::yield();
    }
  }
  void unlock() { is_locked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> is_locked_ = false;
};

class FlagLock {
 public:
  void lock() {
    while (flag_.test_and_set(std::memory_order_acquire)) flag_.wait(true, std::memory_order_relaxed);
  }
  void unlock() {
    flag_.clear(std::memory_order_release);
    flag_.notify_one();
  }

 private:
  std::atomic_flag flag_ = ATOMIC_FLAG_INIT;
};

template <typename Lock>
void CountWith() {
  Lock lock;
  int total = 0;
  const auto add = [&] {
    for (int i = 0; i < 2; ++i) {
      std::lock_guard<Lock> guard(lock);
      ++total;
    }
  };
  std::thread a(add);
  std::thread b(add);
  a.join();
  b.join();
  assert(total == 4);
}

int main() {
  CountWith<ExchangeLock>();
  CountWith<PoliteLock>();
  CountWith<FlagLock>();
}
