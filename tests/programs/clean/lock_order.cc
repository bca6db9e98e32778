// expect: clean
// std::scoped_lock takes both locks without an order of its own.
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void Transfer(Account& from, Account& to, int amount) {
  std::scoped_lock lock(from.mutex, to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account a;
  Account b;
  std::thread other([&] { Transfer(b, a, 10); });
  Transfer(a, b, 20);
  other.join();
  assert(a.balance == 90 && b.balance == 110);
}
