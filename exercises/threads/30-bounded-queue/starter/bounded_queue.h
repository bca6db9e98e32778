// A bounded queue: what you submit. Read README.md first.
//
// This version compiles, and it is right as long as one thread uses it. When it has to wait it takes a
// nap and looks again. Your task is to make it right for several threads, and to let it sleep until
// there is something to do.

#ifndef BOUNDED_QUEUE_H_
#define BOUNDED_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <thread>
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
    while (!closed_ && items_.size() >= capacity_) Nap();
    if (closed_) return false;
    items_.push_back(std::move(item));
    return true;
  }

  // Removes and returns the oldest item. Waits while the queue is empty. Returns nothing once the queue
  // is closed and all items are gone.
  std::optional<T> pop() {
    while (!closed_ && items_.empty()) Nap();
    return TakeOldest();
  }

  // Like pop, but waits for at most `timeout`, and returns nothing if no item has come by then.
  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!closed_ && items_.empty() && std::chrono::steady_clock::now() < deadline) Nap();
    return TakeOldest();
  }

  // From now on push accepts nothing. Items that are in the queue can still be popped.
  void close() { closed_ = true; }

  // How many items the queue holds at this moment.
  std::size_t size() const { return items_.size(); }

 private:
  static void Nap() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

  std::optional<T> TakeOldest() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  const std::size_t capacity_;
  std::deque<T> items_;
  bool closed_ = false;
};

#endif  // BOUNDED_QUEUE_H_
