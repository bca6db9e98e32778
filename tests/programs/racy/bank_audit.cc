// expect: assertion
// The audit adds up account after account, each under its own lock, while a transfer is on its way.
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};
Account accounts[2];

void Transfer(Account& from, Account& to, int amount) {
  {
    std::lock_guard lock(from.mutex);
    from.balance -= amount;
  }
  std::lock_guard lock(to.mutex);
  to.balance += amount;
}

int Audit() {
  int sum = 0;
  for (Account& account : accounts) {
    std::lock_guard lock(account.mutex);
    sum += account.balance;
  }
  return sum;
}

int main() {
  std::thread there([] { Transfer(accounts[0], accounts[1], 30); });
  std::thread back([] { Transfer(accounts[1], accounts[0], 10); });
  const int sum = Audit();
  assert(sum == 200);  // bug
  there.join();
  back.join();
}
