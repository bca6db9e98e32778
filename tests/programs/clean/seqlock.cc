// expect: clean
// A sequence lock whose data are relaxed atomics. Source: Boehm, "Can Seqlocks Get Along With Programming Language
// Memory Models?", MSPC 2012.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> sequence = 0;
std::atomic<int> x = 0;
std::atomic<int> y = 0;

void Write(int value) {
  const unsigned before = sequence.load(std::memory_order_relaxed);
  sequence.store(before + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  x.store(value, std::memory_order_relaxed);
  y.store(value, std::memory_order_relaxed);
  sequence.store(before + 2, std::memory_order_release);
}

bool Read(int& a, int& b) {
  const unsigned before = sequence.load(std::memory_order_acquire);
  a = x.load(std::memory_order_relaxed);
  b = y.load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  return before % 2 == 0 && sequence.load(std::memory_order_relaxed) == before;
}

int main() {
  std::thread writer([] {
    Write(1);
    Write(2);
  });
  int a = 0;
  int b = 0;
  while (!Read(a, b)) std::this_thread::yield();
  assert(a == b);
  writer.join();
}
