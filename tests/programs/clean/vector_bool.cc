// expect: clean
// A vector<bool> under a lock, a vector<char> without one.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<bool> seats(8);
std::vector<char> letters(8);

void Take(int seat) {
  letters[seat] = 'x';
  std::lock_guard<std::mutex> lock(mutex);
  seats[seat] = true;
}

int main() {
  std::thread other(Take, 1);
  Take(2);
  other.join();
  assert(seats[1] && seats[2] && letters[1] == 'x' && letters[2] == 'x');
}
