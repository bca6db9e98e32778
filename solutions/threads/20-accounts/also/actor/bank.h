// Another right design: no account has a lock, because only one thread, the clerk, ever touches them.
// Everybody else puts requests into the clerk's tray and waits for the answer.
//
// A transfer takes two requests. The first asks the clerk to set both accounts aside; the clerk answers
// when both are free. Then the caller writes the ledger, beside any other caller who has other accounts,
// and asks the clerk to book the transfer. Since both accounts are set aside at once or not at all, nobody
// holds one while waiting for another.

#ifndef BANK_H_
#define BANK_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using Ledger = std::function<void(std::size_t from, std::size_t to, std::int64_t amount)>;

class Bank {
 public:
  explicit Bank(std::vector<std::int64_t> balances, Ledger ledger = {})
      : balances_(std::move(balances)),
        set_aside_(balances_.size()),
        ledger_(std::move(ledger)),
        clerk_([this] { Serve(); }) {}

  Bank(const Bank&) = delete;
  Bank& operator=(const Bank&) = delete;

  ~Bank() {
    {
      std::lock_guard lock(mutex_);
      closing_ = true;
    }
    for_the_clerk_.notify_one();
    clerk_.join();
  }

  bool transfer(std::size_t from, std::size_t to, std::int64_t amount) {
    if (amount < 0) return false;
    if (!Ask({.kind = Kind::kSetAside, .from = from, .to = to, .amount = amount})) return false;
    if (ledger_) ledger_(from, to, amount);
    Ask({.kind = Kind::kBook, .from = from, .to = to, .amount = amount});
    return true;
  }

  std::int64_t balance(std::size_t account) const { return Ask({.kind = Kind::kBalance, .from = account}); }

  std::int64_t audit() const { return Ask({.kind = Kind::kAudit}); }

 private:
  enum class Kind { kSetAside, kBook, kBalance, kAudit };

  struct Request {
    Kind kind;
    std::size_t from = 0;
    std::size_t to = 0;
    std::int64_t amount = 0;
    std::optional<std::int64_t> answer{};  // guarded by mutex_
  };

  // Hands the request to the clerk and waits for the answer.
  std::int64_t Ask(Request request) const {
    std::unique_lock lock(mutex_);
    tray_.push_back(&request);
    for_the_clerk_.notify_one();
    answered_.wait(lock, [&request] { return request.answer.has_value(); });
    return *request.answer;
  }

  // The clerk's life.
  void Serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      for_the_clerk_.wait(lock, [this] { return closing_ || !tray_.empty(); });
      if (tray_.empty()) return;
      Request* const request = tray_.front();
      tray_.pop_front();
      lock.unlock();
      const std::vector<Answer> answers = Handle(*request);
      lock.lock();
      for (const auto& [asked, answer] : answers) asked->answer = answer;
      answered_.notify_all();
    }
  }

  using Answer = std::pair<Request*, std::int64_t>;

  // Does what is asked, and returns the answers that can be given now. Called by the clerk.
  std::vector<Answer> Handle(Request& request) {
    switch (request.kind) {
      case Kind::kSetAside:
        waiting_.push_back(&request);
        return SetAside();
      case Kind::kBook: {
        balances_[request.from] -= request.amount;
        balances_[request.to] += request.amount;
        set_aside_[request.from] = set_aside_[request.to] = false;
        std::vector<Answer> answers = SetAside();
        answers.emplace_back(&request, 1);
        return answers;
      }
      case Kind::kBalance:
        return {{&request, balances_[request.from]}};
      case Kind::kAudit:
        return {{&request, std::accumulate(balances_.begin(), balances_.end(), std::int64_t{0})}};
    }
    return {};
  }

  // Decides those waiting transfers whose accounts are free, the oldest first. Called by the clerk.
  std::vector<Answer> SetAside() {
    std::vector<Answer> answers;
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      Request& request = **next;
      if (set_aside_[request.from] || set_aside_[request.to]) {
        ++next;
        continue;
      }
      const bool covered = balances_[request.from] >= request.amount;
      if (covered) set_aside_[request.from] = set_aside_[request.to] = true;
      answers.emplace_back(&request, covered ? 1 : 0);
      next = waiting_.erase(next);
    }
    return answers;
  }

  // The clerk's own: no other thread touches these.
  std::vector<std::int64_t> balances_;
  std::vector<bool> set_aside_;
  std::deque<Request*> waiting_;  // transfers whose accounts are not both free

  const Ledger ledger_;

  mutable std::mutex mutex_;
  mutable std::condition_variable for_the_clerk_;
  mutable std::condition_variable answered_;
  mutable std::deque<Request*> tray_;  // guarded by mutex_
  bool closing_ = false;               // guarded by mutex_

  std::thread clerk_;  // last, so that all else exists when it begins
};

#endif  // BANK_H_
