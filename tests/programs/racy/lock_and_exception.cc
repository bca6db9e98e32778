// expect: deadlock
// An exception leaves the function between lock and unlock.
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

std::mutex mutex;
int sum = 0;

void Add(const std::string& text) {
  mutex.lock();  // bug
  sum += std::stoi(text);
  mutex.unlock();
}

void AddAll() {
  for (const char* text : {"1", "two", "3"}) {
    try {
      Add(text);
    } catch (const std::invalid_argument&) {
    }
  }
}

int main() {
  std::thread other(AddAll);
  AddAll();
  other.join();
  return sum == 8 ? 0 : 1;
}
