// expect: lost_wakeup|deadlock check=close
//
// The error: close wakes everybody, and only then sets the flag. A thread that looks in between sees an
// open queue, goes to sleep, and nobody wakes it again.

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
    // One deadline for the whole call, however often the thread wakes in between.
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(mutex_);
    item_or_closed_.wait_until(lock, deadline, [this] { return !items_.empty() || closed_; });
    // The time may be up and an item there all the same: TakeOldest looks.
    return TakeOldest(std::move(lock));
  }

  // From now on push accepts nothing. Items that are in the queue can still be popped.
  void close() {
    room_or_closed_.notify_all();
    item_or_closed_.notify_all();
    std::lock_guard lock(mutex_);
    closed_ = true;
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
