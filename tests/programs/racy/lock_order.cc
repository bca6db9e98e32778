// expect: deadlock
// A transfer locks its own account first; two transfers in opposite directions wait for one another.
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void Transfer(Account& from, Account& to, int amount) {
  std::lock_guard<std::mutex> lock_from(from.mutex);
  std::lock_guard<std::mutex> lock_to(to.mutex);  // bug
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account a;
  Account b;
  std::thread other([&] { Transfer(b, a, 10); });
  Transfer(a, b, 20);
  other.join();
}
