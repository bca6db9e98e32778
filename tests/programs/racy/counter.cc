// expect: data_race
// Two threads count visitors in one plain int.
#include <iostream>
#include <thread>

int visitors = 0;

void CountVisitors() {
  for (int i = 0; i < 3; ++i) {
    ++visitors;  // bug
  }
}

int main() {
  std::thread front_door(CountVisitors);
  std::thread back_door(CountVisitors);
  front_door.join();
  back_door.join();
  std::cout << visitors << " visitors\n";
}
