// Another right design: notifies after it has given the mutex back, so that the woken thread does not
// run into a locked mutex at once. This is sound, because what the waiting threads test is changed
// while the mutex is held: a thread that finds the old state is asleep before the change can begin.

#ifndef BOUNDED_QUEUE_H_
#define BOUNDED_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : free_places_(capacity) {}

  bool push(T item) {
    std::list<T> node;
    node.push_back(std::move(item));
    {
      std::unique_lock lock(mutex_);
      room_or_closed_.wait(lock, [this] { return free_places_ > 0 || closed_; });
      if (closed_) return false;
      --free_places_;
      items_.splice(items_.end(), node);
    }
    item_or_closed_.notify_one();
    return true;
  }

  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    item_or_closed_.wait(lock, [this] { return !items_.empty() || closed_; });
    return TakeOldest(lock);
  }

  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> timeout) {
    std::unique_lock lock(mutex_);
    // With a condition to wait for, wait_for works out one deadline and keeps to it.
    if (!item_or_closed_.wait_for(lock, timeout, [this] { return !items_.empty() || closed_; })) {
      return std::nullopt;
    }
    return TakeOldest(lock);
  }

  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_or_closed_.notify_all();
    item_or_closed_.notify_all();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  // REQUIRES: `lock` holds mutex_.   ENSURES: it does no longer if an item was taken.
  std::optional<T> TakeOldest(std::unique_lock<std::mutex>& lock) {
    if (items_.empty()) return std::nullopt;
    std::list<T> node;
    node.splice(node.end(), items_, items_.begin());
    ++free_places_;
    lock.unlock();
    room_or_closed_.notify_one();
    return std::move(node.front());
  }

  mutable std::mutex mutex_;
  std::condition_variable room_or_closed_;
  std::condition_variable item_or_closed_;
  std::size_t free_places_;  // guarded by mutex_
  std::list<T> items_;       // guarded by mutex_
  bool closed_ = false;      // guarded by mutex_
};

#endif  // BOUNDED_QUEUE_H_
