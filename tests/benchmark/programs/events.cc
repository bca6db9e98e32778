// events MIX THREADS EVENTS: THREADS threads beside the main one perform EVENTS visible operations in all.
//
//   alone    additions to an atomic of each thread's own
//   shared   additions to one atomic
//   mutex    lock, one plain addition, unlock, of one mutex
//   mixed    addition to one atomic, then lock, addition, unlock
//   yield    yields: every one hands over to another thread
//   handed   two semaphores passed around: every wait blocks
#include <sched.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

struct alignas(64) Alone {
  std::atomic<long> count{0};
};
Alone alone[256];
std::atomic<long> shared{0};
std::mutex mutex;
long plain = 0;
std::counting_semaphore<> turns[2] = {std::counting_semaphore<>(1), std::counting_semaphore<>(0)};

void AddUnderMutex() {
  std::lock_guard<std::mutex> lock(mutex);
  ++plain;
}

void Work(const char* mix, int thread, long events) {
  if (std::strcmp(mix, "alone") == 0) {
    for (long i = 0; i < events; ++i) alone[thread].count.fetch_add(1);
  } else if (std::strcmp(mix, "shared") == 0) {
    for (long i = 0; i < events; ++i) shared.fetch_add(1);
  } else if (std::strcmp(mix, "mutex") == 0) {
    for (long i = 0; i < events; i += 2) AddUnderMutex();
  } else if (std::strcmp(mix, "mixed") == 0) {
    for (long i = 0; i < events; i += 3) {
      shared.fetch_add(1);
      AddUnderMutex();
    }
  } else if (std::strcmp(mix, "yield") == 0) {
    for (long i = 0; i < events; ++i) sched_yield();
  } else {
    for (long i = 0; i < events; i += 2) {
      turns[thread & 1].acquire();
      turns[~thread & 1].release();
    }
  }
}

}  // namespace

int main(int, char** argv) {
  const int threads = std::atoi(argv[2]);
  const long events = std::atol(argv[3]) / threads;
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back(Work, argv[1], i, events);
  for (std::thread& thread : all) thread.join();
  return 0;
}
