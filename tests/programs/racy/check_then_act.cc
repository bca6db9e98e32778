// expect: assertion
// Each step is locked, but somebody may come between the check and the act.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  int Balance() {
    std::lock_guard<std::mutex> lock(mutex_);
    return balance_;
  }
  void Withdraw(int amount) {
    std::lock_guard<std::mutex> lock(mutex_);
    balance_ -= amount;
    assert(balance_ >= 0);  // bug
  }

 private:
  std::mutex mutex_;
  int balance_ = 100;
};

int main() {
  Account account;
  const auto shop = [&] {
    if (account.Balance() >= 80) account.Withdraw(80);
  };
  std::thread other(shop);
  shop();
  other.join();
}
