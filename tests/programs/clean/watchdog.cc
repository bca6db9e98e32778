// expect: clean
// An alarm ends the program if it hangs. It never does: all take the locks in one order.
#include <unistd.h>

#include <mutex>
#include <thread>

std::mutex from, to;
int moved = 0;

void Move(std::mutex& first, std::mutex& second) {
  std::lock_guard outer(first);
  std::lock_guard inner(second);
  ++moved;
}

int main() {
  alarm(30);  // should anything hang
  std::thread back([] { Move(from, to); });
  Move(from, to);
  back.join();
  alarm(0);
  return moved == 2 ? 0 : 1;
}
