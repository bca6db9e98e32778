// expect: clean
// A ticket lock with three customers.
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

std::atomic<int> next_ticket = 0;
std::atomic<int> now_serving = 0;
int balance = 0;

void Deposit() {
  const int ticket = next_ticket.fetch_add(1, std::memory_order_relaxed);
  while (now_serving.load(std::memory_order_acquire) != ticket) std::this_thread::yield();
  balance += 10;
  now_serving.store(ticket + 1, std::memory_order_release);
}

int main() {
  std::vector<std::thread> customers;
  for (int i = 0; i < 3; ++i) customers.emplace_back(Deposit);
  for (std::thread& customer : customers) customer.join();
  assert(balance == 30);
}
