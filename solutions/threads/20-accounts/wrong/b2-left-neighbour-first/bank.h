// expect: deadlock check=ring
//
// The error: imagines the accounts around a table and locks the one on the left first. Two threads with
// the same two accounts agree on the order, but all round the table there is no first one: three
// transfers, each to the neighbour, close the circle.

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
    const std::size_t left = LeftOne(from, to);
    const std::size_t right = left == from ? to : from;
    std::unique_lock first(accounts_[left].mutex);
    std::unique_lock<std::mutex> second;
    if (from != to) second = std::unique_lock(accounts_[right].mutex);
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

  // Of two accounts at the table, the one from which the way to the other, to the right, is shorter; of
  // two that sit opposite, the smaller number.
  std::size_t LeftOne(std::size_t a, std::size_t b) const {
    const std::size_t there = (b + accounts_.size() - a) % accounts_.size();
    const std::size_t back = (a + accounts_.size() - b) % accounts_.size();
    if (there == back) return std::min(a, b);
    return there < back ? a : b;
  }

  std::vector<Account> accounts_;  // never grows: an account must stay where it is
  const Ledger ledger_;
};

#endif  // BANK_H_
