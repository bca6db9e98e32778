// Calls that block the thread which makes them: what a read from a slow socket is to a scheduler of coroutines. A
// scheduler has to hand its other coroutines to another thread first. For tests and exercises, under virtual time: the
// thread is really blocked, nobody waits in reality.
//
//   racecourse::BlockingCall answer;
//   …  answer.Wait();               // in a coroutine: blocks the thread that runs it
//   …  answer.Complete();           // elsewhere, perhaps in another coroutine of the same scheduler
#ifndef RACECOURSE_BLOCKING_H_
#define RACECOURSE_BLOCKING_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace racecourse {

// Blocks the calling thread for this long.
inline void BlockFor(std::chrono::nanoseconds duration) { std::this_thread::sleep_for(duration); }

// One call that blocks until somebody completes it. Completing comes before what follows the wait. Any thread may call
// anything; each object serves one Wait.
class BlockingCall {
 public:
  BlockingCall() = default;
  BlockingCall(const BlockingCall&) = delete;
  BlockingCall& operator=(const BlockingCall&) = delete;

  // Blocks the calling thread until Complete has been called.
  void Wait() {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    completed_changed_.wait(lock, [this] { return completed_; });
    waiting_ = false;
  }
  // The same for at most `limit`. True if it was completed.
  bool WaitFor(std::chrono::nanoseconds limit) {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    const bool completed = completed_changed_.wait_for(lock, limit, [this] { return completed_; });
    waiting_ = false;
    return completed;
  }

  // Ends the Wait of now, or lets that to come return at once.
  void Complete() {
    const std::lock_guard lock(mutex_);
    completed_ = true;
    completed_changed_.notify_all();
  }

  // True while a thread is inside Wait.
  bool IsBlocking() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable completed_changed_;
  bool completed_ = false;  // guarded by mutex_
  bool waiting_ = false;    // guarded by mutex_
};

// Where an event loop learns of what has happened: timers that run out, and completions that are posted. What epoll or
// a completion port is to a real program. Any thread may call anything.
class EventSource {
 public:
  using Token = std::uint64_t;

  // `token` comes out once `delay` is over.
  void StartTimer(Token token, std::chrono::nanoseconds delay) {
    const std::lock_guard lock(mutex_);
    timers_.push_back({Clock::now() + delay, next_number_++, token});
    changed_.notify_all();
  }
  // `token` comes out now.
  void Post(Token token) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(token);
    changed_.notify_all();
  }

  // What has happened, the oldest first; nothing if nothing has.
  std::optional<Token> Poll() {
    const std::lock_guard lock(mutex_);
    return Take();
  }
  // Blocks the calling thread until something happens.
  Token Next() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (const std::optional<Token> token = Take()) return *token;
      if (timers_.empty()) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, Earliest()->due);
      }
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Timer {
    Clock::time_point due;
    std::uint64_t number;  // among equals the first started comes first
    Token token;
  };

  std::vector<Timer>::iterator Earliest() {
    return std::ranges::min_element(timers_, {}, [](const Timer& timer) { return std::pair(timer.due, timer.number); });
  }
  // REQUIRES: the caller holds mutex_.
  std::optional<Token> Take() {
    if (!posted_.empty()) {
      const Token token = posted_.front();
      posted_.erase(posted_.begin());
      return token;
    }
    if (timers_.empty() || Earliest()->due > Clock::now()) return std::nullopt;
    const auto timer = Earliest();
    const Token token = timer->token;
    timers_.erase(timer);
    return token;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Timer> timers_;  // guarded by mutex_
  std::vector<Token> posted_;  // guarded by mutex_
  std::uint64_t next_number_ = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_BLOCKING_H_
