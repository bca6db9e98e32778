// expect: assertion
// Takes the end of wait_for for the arrival of the data.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable arrived;
bool has_data = false;

int main() {
  std::thread sender([] {
    std::lock_guard<std::mutex> lock(mutex);
    has_data = true;
    arrived.notify_one();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    arrived.wait_for(lock, std::chrono::seconds(10), [] { return has_data; });
    assert(has_data);  // bug
  }
  sender.join();
}
