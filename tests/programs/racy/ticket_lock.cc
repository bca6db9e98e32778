// expect: data_race
// A ticket lock that passes on the turn, but not what was done in it.
#include <atomic>
#include <thread>

std::atomic<int> next_ticket = 0;
std::atomic<int> now_serving = 0;
int balance = 0;

void Deposit() {
  const int ticket = next_ticket.fetch_add(1, std::memory_order_relaxed);
  while (now_serving.load(std::memory_order_relaxed) != ticket) std::this_thread::yield();
  balance += 10;  // bug
  now_serving.store(ticket + 1, std::memory_order_relaxed);
}

int main() {
  std::thread a(Deposit);
  std::thread b(Deposit);
  a.join();
  b.join();
  return balance == 20 ? 0 : 1;
}
