// expect: clean
// One notification for all of them.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable opened;
bool is_open = false;

void Enter() {
  std::unique_lock<std::mutex> lock(mutex);
  opened.wait(lock, [] { return is_open; });
}

int main() {
  std::thread a(Enter);
  std::thread b(Enter);
  {
    std::lock_guard<std::mutex> lock(mutex);
    is_open = true;
  }
  opened.notify_all();
  a.join();
  b.join();
}
