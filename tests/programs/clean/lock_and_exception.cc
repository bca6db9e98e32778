// expect: clean
// A guard unlocks also when an exception leaves the function.
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

std::mutex mutex;
int sum = 0;

void Add(const std::string& text) {
  std::lock_guard lock(mutex);
  sum += std::stoi(text);
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
