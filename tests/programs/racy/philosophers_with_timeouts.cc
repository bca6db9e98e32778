// expect: deadlock|misuse|assertion|livelock|lost_wakeup
// A philosopher who cannot get the second fork in time keeps the first.
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

constexpr int kSeats = 3;
std::timed_mutex forks[kSeats];
int meals[kSeats];

void Dine(int seat) {
  std::timed_mutex& left = forks[seat];
  std::timed_mutex& right = forks[(seat + 1) % kSeats];
  for (int attempt = 0; attempt < 3; ++attempt) {
    left.lock();  // bug
    if (right.try_lock_for(5ms)) {
      ++meals[seat];
      right.unlock();
      left.unlock();
      return;
    }
    if (attempt < 2) std::this_thread::sleep_for(1ms);
  }
}

int main() {
  std::vector<std::thread> philosophers;
  for (int seat = 0; seat < kSeats; ++seat) philosophers.emplace_back(Dine, seat);
  for (std::thread& philosopher : philosophers) philosopher.join();
}
