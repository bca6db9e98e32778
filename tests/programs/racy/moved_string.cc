// expect: data_race
// The queue's string is moved out after the lock was given back.
#include <deque>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::deque<std::string> inbox;

int main() {
  inbox.push_back(std::string(50, 'x'));
  std::thread consumer([] {
    std::unique_lock<std::mutex> lock(mutex);
    std::string& front = inbox.front();
    lock.unlock();
    std::string mail = std::move(front);  // bug
  });
  std::size_t length = 0;
  {
    std::lock_guard<std::mutex> lock(mutex);
    length = inbox.front().size();  // bug
  }
  consumer.join();
  return length <= 50 ? 0 : 1;
}
