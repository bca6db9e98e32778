// Another right design: no condition variable. Every change of the queue draws a new ticket; whoever
// has to wait notes the current one and sleeps until it is no longer current.

#ifndef BOUNDED_QUEUE_H_
#define BOUNDED_QUEUE_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  bool push(T item) {
    std::list<T> node;
    node.push_back(std::move(item));
    std::unique_lock lock(mutex_);
    while (!closed_ && items_.size() >= capacity_) AwaitChange(lock);
    if (closed_) return false;
    items_.splice(items_.end(), node);
    AnnounceChange();
    return true;
  }

  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    while (!closed_ && items_.empty()) AwaitChange(lock);
    return TakeOldest();
  }

  // An atomic wait has no timeout, so this sleeps in short pieces and looks after each.
  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
      // The clock is read before the queue: what came in time is found.
      const auto now = std::chrono::steady_clock::now();
      {
        std::lock_guard lock(mutex_);
        if (closed_ || !items_.empty() || now >= deadline) return TakeOldest();
      }
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(deadline - now, kNap));
    }
  }

  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    AnnounceChange();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  static constexpr std::chrono::milliseconds kNap{5};

  // Returns when something has changed since `lock` was taken. REQUIRES: `lock` holds mutex_.
  void AwaitChange(std::unique_lock<std::mutex>& lock) {
    // Read while the mutex is held, so that no change comes between the look at the queue and this.
    const int ticket = ticket_.load();
    lock.unlock();
    ticket_.wait(ticket);
    lock.lock();
  }

  // REQUIRES: the caller holds mutex_.
  void AnnounceChange() {
    ticket_.fetch_add(1);
    ticket_.notify_all();
  }

  // REQUIRES: the caller holds mutex_.
  std::optional<T> TakeOldest() {
    if (items_.empty()) return std::nullopt;
    std::list<T> node;
    node.splice(node.end(), items_, items_.begin());
    AnnounceChange();
    return std::move(node.front());
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::atomic<int> ticket_{0};
  std::list<T> items_;   // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
};

#endif  // BOUNDED_QUEUE_H_
