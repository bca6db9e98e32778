// plain_access PATTERN THREADS ACCESSES: long stretches of plain accesses between synchronisations, ACCESSES in all.
//
//   scalar   one int, again and again: the thread has touched it in the same epoch
//   array    4 KiB of ints from one end to the other, over and over
//   handed   the same array, but every sweep under a mutex that the threads pass around: each sweep is a new epoch, and
//            with two threads the last access to most of the array was another thread's
//
// The same file compiled without instrumentation is the loop to subtract.
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace {

constexpr int kArraySize = 1024;

// Half of the accesses are reads, half are writes. noinline and volatile-free: the instrumentation must see what a
// student's loop looks like.
__attribute__((noinline)) void SweepScalar(int* value, long accesses) {
  for (long i = 0; i < accesses; i += 2) {
    *value += static_cast<int>(i);
    asm volatile("" ::: "memory");
  }
}

__attribute__((noinline)) void SweepArray(int* array, long accesses) {
  for (long i = 0; i < accesses; i += 2) {
    array[(i >> 1) % kArraySize] += static_cast<int>(i);
    asm volatile("" ::: "memory");
  }
}

std::mutex mutex;
int scalars[2][16];
int arrays[2][kArraySize];

void Work(const char* pattern, int thread, long accesses) {
  if (std::strcmp(pattern, "scalar") == 0) return SweepScalar(scalars[thread], accesses);
  if (std::strcmp(pattern, "array") == 0) return SweepArray(arrays[thread], accesses);
  for (; accesses > 0; accesses -= 2 * kArraySize) {
    std::lock_guard<std::mutex> lock(mutex);
    SweepArray(arrays[0], 2 * kArraySize);
  }
}

}  // namespace

int main(int, char** argv) {
  const int threads = std::atoi(argv[2]);
  const long accesses = std::atol(argv[3]) / threads;
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(Work, argv[1], i, accesses);
  Work(argv[1], 0, accesses);
  for (std::thread& other : others) other.join();
  return 0;
}
