// expect: clean
// Check and act under one lock.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  int Balance() {
    std::lock_guard<std::mutex> lock(mutex_);
    return balance_;
  }
  bool Withdraw(int amount) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (balance_ < amount) return false;
    balance_ -= amount;
    assert(balance_ >= 0);
    return true;
  }

 private:
  std::mutex mutex_;
  int balance_ = 100;
};

int main() {
  Account account;
  std::thread other([&] { account.Withdraw(80); });
  account.Withdraw(80);
  other.join();
  assert(account.Balance() == 20);
}
