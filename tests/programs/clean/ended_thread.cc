// expect: clean
// The worker hands out the address of its own result, and stays until main has looked.
#include <atomic>
#include <thread>

int main() {
  std::atomic<int*> result = nullptr;
  std::atomic<bool> seen = false;
  std::thread worker([&] {
    int sum = 0;
    for (int i = 0; i < 4; ++i) sum += i;
    result = &sum;
    result.notify_one();
    seen.wait(false);
  });
  result.wait(nullptr);
  const int value = *result.load();
  seen = true;
  seen.notify_one();
  worker.join();
  return value == 6 ? 0 : 1;
}
