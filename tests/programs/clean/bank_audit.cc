// expect: clean
// The audit holds all accounts while it adds them up.
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};
Account accounts[2];

void Transfer(Account& from, Account& to, int amount) {
  std::scoped_lock lock(from.mutex, to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int Audit() {
  std::scoped_lock lock(accounts[0].mutex, accounts[1].mutex);
  return accounts[0].balance + accounts[1].balance;
}

int main() {
  std::thread there([] { Transfer(accounts[0], accounts[1], 30); });
  std::thread back([] { Transfer(accounts[1], accounts[0], 10); });
  const int sum = Audit();
  assert(sum == 200);
  there.join();
  back.join();
}
