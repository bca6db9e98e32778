// expect: misuse
// The function returns early and its thread is destroyed unjoined.
#include <mutex>
#include <thread>

std::mutex mutex;
int work_done = 0;

bool Start(bool is_impatient) {
  std::thread worker([] {
    std::lock_guard<std::mutex> lock(mutex);
    ++work_done;
  });
  if (is_impatient) return false;
  worker.join();
  return true;
}  // bug

int main() { Start(true); }
