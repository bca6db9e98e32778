// W1: two threads, each three atomic additions and one addition under a mutex.
#ifndef RACECOURSE_TESTS_BENCHMARK_PROGRAMS_TWO_COUNTERS_H_
#define RACECOURSE_TESTS_BENCHMARK_PROGRAMS_TWO_COUNTERS_H_

#include <atomic>
#include <mutex>
#include <thread>

struct TwoCounters {
  std::atomic<int> atomic_count{0};
  std::mutex mutex;
  int plain_count = 0;

  void Work() {
    for (int i = 0; i < 3; ++i) atomic_count.fetch_add(1);
    std::lock_guard<std::mutex> lock(mutex);
    ++plain_count;
  }
  // True if nothing was lost.
  bool Run() {
    std::thread first([this] { Work(); });
    std::thread second([this] { Work(); });
    first.join();
    second.join();
    return atomic_count == 6 && plain_count == 2;
  }
};

#endif  // RACECOURSE_TESTS_BENCHMARK_PROGRAMS_TWO_COUNTERS_H_
