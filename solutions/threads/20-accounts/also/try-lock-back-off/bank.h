// Another right design: takes one lock and only tries the other. If that fails, it gives the first one
// back, so that nobody waits with a lock in hand, and begins again with the one it could not get.

#ifndef BANK_H_
#define BANK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

using Ledger = std::function<void(std::size_t from, std::size_t to, std::int64_t amount)>;

class Bank {
 public:
  explicit Bank(const std::vector<std::int64_t>& balances, Ledger ledger = {})
      : accounts_(balances.size()), ledger_(std::move(ledger)) {
    for (std::size_t i = 0; i < balances.size(); ++i) accounts_[i].balance = balances[i];
  }

  bool transfer(std::size_t from, std::size_t to, std::int64_t amount) {
    if (amount < 0) return false;
    std::size_t wait_for = from;
    std::size_t try_for = to;
    for (;;) {
      {
        std::unique_lock first(accounts_[wait_for].mutex);
        if (from == to) return Move(from, to, amount);
        std::unique_lock second(accounts_[try_for].mutex, std::try_to_lock);
        if (second.owns_lock()) return Move(from, to, amount);
      }
      std::swap(wait_for, try_for);
      std::this_thread::yield();
    }
  }

  std::int64_t balance(std::size_t account) const {
    std::lock_guard lock(accounts_[account].mutex);
    return accounts_[account].balance;
  }

  // May wait while it holds locks: transfers do not, so there is no circle.
  std::int64_t audit() const {
    std::vector<std::unique_lock<std::mutex>> locks;
    for (const Account& account : accounts_) locks.emplace_back(account.mutex);
    std::int64_t sum = 0;
    for (const Account& account : accounts_) sum += account.balance;
    return sum;
  }

 private:
  struct Account {
    mutable std::mutex mutex;
    std::int64_t balance = 0;  // guarded by mutex
  };

  // REQUIRES: the caller holds the locks of both accounts.
  bool Move(std::size_t from, std::size_t to, std::int64_t amount) {
    if (accounts_[from].balance < amount) return false;
    accounts_[from].balance -= amount;
    accounts_[to].balance += amount;
    if (ledger_) ledger_(from, to, amount);
    return true;
  }

  std::vector<Account> accounts_;
  const Ledger ledger_;
};

#endif  // BANK_H_
