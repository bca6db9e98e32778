// expect: deadlock
// Everybody takes the left fork first.
#include <mutex>
#include <thread>
#include <vector>

constexpr int kSeats = 3;
std::mutex forks[kSeats];

void Dine(int seat) {
  std::lock_guard<std::mutex> left(forks[seat]);
  std::lock_guard<std::mutex> right(forks[(seat + 1) % kSeats]);  // bug
}

int main() {
  std::vector<std::thread> philosophers;
  for (int seat = 0; seat < kSeats; ++seat) philosophers.emplace_back(Dine, seat);
  for (std::thread& philosopher : philosophers) philosopher.join();
}
