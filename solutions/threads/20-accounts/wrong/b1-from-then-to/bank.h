// expect: deadlock check=opposite
//
// The error: locks `from`, then `to`. Two transfers in opposite directions each hold what the other one
// waits for.

#ifndef BANK_H_
#define BANK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

// Is told of every transfer that succeeds.
using Ledger = std::function<void(std::size_t from, std::size_t to, std::int64_t amount)>;

// A fixed number of accounts, 0, 1, ..., between which money moves. None is ever overdrawn, and no money
// appears or disappears.
class Bank {
 public:
  explicit Bank(const std::vector<std::int64_t>& balances, Ledger ledger = {})
      : accounts_(balances.size()), ledger_(std::move(ledger)) {
    for (std::size_t i = 0; i < balances.size(); ++i) accounts_[i].balance = balances[i];
  }

  // Moves `amount` and returns true; refuses, returns false and changes nothing if `from` does not hold
  // that much, or if the amount is negative.
  bool transfer(std::size_t from, std::size_t to, std::int64_t amount) {
    if (amount < 0) return false;
    std::unique_lock first(accounts_[from].mutex);
    std::unique_lock<std::mutex> second;
    if (from != to) second = std::unique_lock(accounts_[to].mutex);
    // Both locks are held from the test to the line in the ledger.
    if (accounts_[from].balance < amount) return false;
    accounts_[from].balance -= amount;
    accounts_[to].balance += amount;
    if (ledger_) ledger_(from, to, amount);
    return true;
  }

  // What one account holds.
  std::int64_t balance(std::size_t account) const {
    std::lock_guard lock(accounts_[account].mutex);
    return accounts_[account].balance;
  }

  // What all accounts hold together at one moment: while all of them are locked.
  std::int64_t audit() const {
    std::vector<std::unique_lock<std::mutex>> locks;
    std::int64_t sum = 0;
    for (const Account& account : accounts_) {
      locks.emplace_back(account.mutex);
      sum += account.balance;
    }
    return sum;
  }

 private:
  struct Account {
    mutable std::mutex mutex;
    std::int64_t balance = 0;  // guarded by mutex
  };

  std::vector<Account> accounts_;  // never grows: an account must stay where it is
  const Ledger ledger_;
};

#endif  // BANK_H_
