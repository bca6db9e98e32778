// expect: use_after_free
// The worker hands out the address of its own result; when main looks, the worker has ended and its stack with it.
#include <atomic>
#include <thread>

int main() {
  std::atomic<int*> result = nullptr;
  std::thread worker([&] {
    int sum = 0;
    for (int i = 0; i < 4; ++i) sum += i;
    result = &sum;
  });
  worker.join();
  return *result.load() == 6 ? 0 : 1;  // bug
}
