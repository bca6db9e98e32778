// expect: clean
// The fork with the lower number first; then again with std::scoped_lock, which orders them itself.
#include <algorithm>
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

constexpr int kSeats = 3;
std::mutex forks[kSeats];
int meals[kSeats] = {};

void Dine(int seat) {
  const int a = seat;
  const int b = (seat + 1) % kSeats;
  {
    std::lock_guard<std::mutex> first(forks[std::min(a, b)]);
    std::lock_guard<std::mutex> second(forks[std::max(a, b)]);
    ++meals[seat];
  }
  std::scoped_lock both(forks[a], forks[b]);
  ++meals[seat];
}

int main() {
  std::vector<std::thread> philosophers;
  for (int seat = 0; seat < kSeats; ++seat) philosophers.emplace_back(Dine, seat);
  for (std::thread& philosopher : philosophers) philosopher.join();
  for (int count : meals) assert(count == 2);
}
