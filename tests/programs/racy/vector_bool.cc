// expect: data_race
// Two threads set different elements of a vector<bool>: they share a word.
#include <thread>
#include <vector>

std::vector<bool> seats(8);

int main() {
  std::thread other([] {
    seats[1] = true;  // bug
  });
  seats[2] = true;  // bug
  other.join();
  return seats[1] && seats[2] ? 0 : 1;
}
