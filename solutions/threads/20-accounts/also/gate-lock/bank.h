// Another right design: accounts are locked in any order, but only by the one thread that has passed
// the gate. The gate is open again as soon as that thread has its locks: it is held while taking them,
// not while using them. Two threads may take the same two locks in opposite orders here, and still no
// circle can close, since whoever waits for a second lock is alone inside the gate.

#ifndef BANK_H_
#define BANK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
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
    std::unique_lock<std::mutex> source;
    std::unique_lock<std::mutex> target;
    {
      std::lock_guard inside(gate_);
      source = std::unique_lock(accounts_[from].mutex);
      if (from != to) target = std::unique_lock(accounts_[to].mutex);
    }
    if (accounts_[from].balance < amount) return false;
    accounts_[from].balance -= amount;
    accounts_[to].balance += amount;
    if (ledger_) ledger_(from, to, amount);
    return true;
  }

  // Needs one lock only, and waits for nothing while it holds it: no gate.
  std::int64_t balance(std::size_t account) const {
    std::lock_guard lock(accounts_[account].mutex);
    return accounts_[account].balance;
  }

  std::int64_t audit() const {
    std::vector<std::unique_lock<std::mutex>> locks;
    {
      std::lock_guard inside(gate_);
      for (const Account& account : accounts_) locks.emplace_back(account.mutex);
    }
    std::int64_t sum = 0;
    for (const Account& account : accounts_) sum += account.balance;
    return sum;
  }

 private:
  struct Account {
    mutable std::mutex mutex;
    std::int64_t balance = 0;  // guarded by mutex
  };

  mutable std::mutex gate_;
  std::vector<Account> accounts_;
  const Ledger ledger_;
};

#endif  // BANK_H_
