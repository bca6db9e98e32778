// expect: assertion check=audit
//
// The error: audit locks one account after the other. Money that moves from an account already counted to
// one not counted yet is counted twice.

#ifndef BANK_H_
#define BANK_H_

#include <algorithm>
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
//
// Whoever needs several accounts locks them in the order of their numbers. So of all threads that hold
// locks and wait, the one with the highest-numbered lock waits for nobody who waits: there is no circle.
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
    std::unique_lock first(accounts_[std::min(from, to)].mutex);
    std::unique_lock<std::mutex> second;
    if (from != to) second = std::unique_lock(accounts_[std::max(from, to)].mutex);
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

  // What all accounts hold together at one moment.
  std::int64_t audit() const {
    std::int64_t sum = 0;
    for (std::size_t account = 0; account < accounts_.size(); ++account) sum += balance(account);
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
