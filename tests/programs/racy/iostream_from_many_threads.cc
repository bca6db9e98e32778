// expect: data_race
// std::cout may be shared; the counter of lines may not.
#include <iostream>
#include <thread>

int lines = 0;

void Report(int id) {
  std::cout << "worker " << id << " writes line " << ++lines << std::endl;  // bug
}

int main() {
  std::thread a(Report, 1);
  std::thread b(Report, 2);
  a.join();
  b.join();
}
