// expect: clean
// Two threads count visitors in one int under a mutex.
#include <cassert>
#include <iostream>
#include <mutex>
#include <thread>

std::mutex mutex;
int visitors = 0;

void CountVisitors() {
  for (int i = 0; i < 3; ++i) {
    std::lock_guard<std::mutex> lock(mutex);
    ++visitors;
  }
}

int main() {
  std::thread front_door(CountVisitors);
  std::thread back_door(CountVisitors);
  front_door.join();
  back_door.join();
  std::cout << visitors << " visitors\n";
  assert(visitors == 6);
}
