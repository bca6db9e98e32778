// expect: lost_wakeup
// One notification for two threads that wait.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable opened;
bool is_open = false;

void Enter() {
  std::unique_lock<std::mutex> lock(mutex);
  opened.wait(lock, [] { return is_open; });  // bug
}

int main() {
  std::thread a(Enter);
  std::thread b(Enter);
  {
    std::lock_guard<std::mutex> lock(mutex);
    is_open = true;
  }
  opened.notify_one();
  a.join();
  b.join();
}
