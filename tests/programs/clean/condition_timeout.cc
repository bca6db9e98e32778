// expect: clean
// Waits with a deadline and takes both answers; a second waiter polls.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

std::mutex mutex;
std::condition_variable arrived;
bool has_data = false;

void Poll() {
  std::unique_lock<std::mutex> lock(mutex);
  while (!arrived.wait_until(lock, std::chrono::system_clock::now() + 5ms, [] { return has_data; })) {
  }
  assert(has_data);
}

int main() {
  std::thread sender([] {
    std::this_thread::sleep_for(1s);
    std::lock_guard<std::mutex> lock(mutex);
    has_data = true;
    arrived.notify_all();
  });
  std::thread poller(Poll);
  const auto start = std::chrono::steady_clock::now();
  {
    std::unique_lock<std::mutex> lock(mutex);
    const bool is_there = arrived.wait_for(lock, 10ms, [] { return has_data; });
    assert(is_there == has_data);
    assert(is_there || std::chrono::steady_clock::now() - start >= 10ms);
  }
  sender.join();
  poller.join();
}
