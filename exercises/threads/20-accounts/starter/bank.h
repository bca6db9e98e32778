// Accounts: what you submit. Read README.md first.
//
// This version compiles, and it is right as long as one thread uses it. Your task is to make it right
// for several.

#ifndef BANK_H_
#define BANK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

// Is told of every transfer that succeeds.
using Ledger = std::function<void(std::size_t from, std::size_t to, std::int64_t amount)>;

// A fixed number of accounts, 0, 1, ..., between which money moves. None is ever overdrawn, and no money
// appears or disappears.
class Bank {
 public:
  explicit Bank(std::vector<std::int64_t> balances, Ledger ledger = {})
      : balances_(std::move(balances)), ledger_(std::move(ledger)) {}

  // Moves `amount` and returns true; refuses, returns false and changes nothing if `from` does not hold
  // that much, or if the amount is negative.
  bool transfer(std::size_t from, std::size_t to, std::int64_t amount) {
    if (amount < 0 || balances_[from] < amount) return false;
    balances_[from] -= amount;
    balances_[to] += amount;
    if (ledger_) ledger_(from, to, amount);
    return true;
  }

  // What one account holds.
  std::int64_t balance(std::size_t account) const { return balances_[account]; }

  // What all accounts hold together at one moment.
  std::int64_t audit() const { return std::accumulate(balances_.begin(), balances_.end(), std::int64_t{0}); }

 private:
  std::vector<std::int64_t> balances_;
  const Ledger ledger_;
};

#endif  // BANK_H_
