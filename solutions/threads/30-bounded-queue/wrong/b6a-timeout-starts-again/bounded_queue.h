// expect: assertion check=deadline
//
// The error: whenever it wakes and finds nothing, pop_for waits for the whole timeout again. A queue that
// is busy enough keeps it waiting for ever.

#ifndef BOUNDED_QUEUE_H_
#define BOUNDED_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

// A first-in, first-out queue that holds at most `capacity` items, one at least. T can be moved; it
// need not be copyable.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // Appends the item and returns true. Waits while the queue is full. Returns false, and drops the
  // item, if the queue is closed or becomes closed while waiting.
  bool push(T item) {
    // All that may throw is done before anything is shared; moving a list node from one list to the
    // other cannot fail.
    std::list<T> node;
    node.push_back(std::move(item));
    std::unique_lock lock(mutex_);
    room_or_closed_.wait(lock, [this] { return items_.size() < capacity_ || closed_; });
    if (closed_) return false;
    items_.splice(items_.end(), node);
    item_or_closed_.notify_one();
    return true;
  }

  // Removes and returns the oldest item. Waits while the queue is empty. Returns nothing once the queue
  // is closed and all items are gone.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    item_or_closed_.wait(lock, [this] { return !items_.empty() || closed_; });
    return TakeOldest(std::move(lock));
  }

  // Like pop, but waits for at most `timeout`, and returns nothing if no item has come by then.
  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> timeout) {
    std::unique_lock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (item_or_closed_.wait_for(lock, timeout) == std::cv_status::timeout) break;
    }
    return TakeOldest(std::move(lock));
  }

  // From now on push accepts nothing. Items that are in the queue can still be popped.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    room_or_closed_.notify_all();
    item_or_closed_.notify_all();
  }

  // How many items the queue holds at this moment.
  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  // REQUIRES: `lock` holds mutex_. Gives it back before the item, which may be large, is moved out.
  std::optional<T> TakeOldest(std::unique_lock<std::mutex> lock) {
    if (items_.empty()) return std::nullopt;
    std::list<T> node;
    node.splice(node.end(), items_, items_.begin());
    room_or_closed_.notify_one();
    lock.unlock();
    return std::move(node.front());
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable room_or_closed_;
  std::condition_variable item_or_closed_;
  std::list<T> items_;   // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
};

#endif  // BOUNDED_QUEUE_H_
