// expect: assertion check=items
//
// The error: builds the items in raw memory, and gives the memory back without destroying the items that
// are still in it.

#ifndef BOUNDED_QUEUE_H_
#define BOUNDED_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

// A first-in, first-out queue that holds at most `capacity` items, one at least. T can be moved; it
// need not be copyable.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity), places_(std::allocator<T>().allocate(capacity)) {}

  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  ~BoundedQueue() { std::allocator<T>().deallocate(places_, capacity_); }

  // Appends the item and returns true. Waits while the queue is full. Returns false, and drops the
  // item, if the queue is closed or becomes closed while waiting.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    room_or_closed_.wait(lock, [this] { return size_ < capacity_ || closed_; });
    if (closed_) return false;
    try {
      std::construct_at(&places_[(oldest_ + size_) % capacity_], std::move(item));
    } catch (...) {
      room_or_closed_.notify_one();  // the place is still free, for somebody else
      throw;
    }
    ++size_;
    item_or_closed_.notify_one();
    return true;
  }

  // Removes and returns the oldest item. Waits while the queue is empty. Returns nothing once the queue
  // is closed and all items are gone.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    item_or_closed_.wait(lock, [this] { return size_ > 0 || closed_; });
    return TakeOldest(std::move(lock));
  }

  // Like pop, but waits for at most `timeout`, and returns nothing if no item has come by then.
  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> timeout) {
    // One deadline for the whole call, however often the thread wakes in between.
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::unique_lock lock(mutex_);
    item_or_closed_.wait_until(lock, deadline, [this] { return size_ > 0 || closed_; });
    // The time may be up and an item there all the same: TakeOldest looks.
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
    return size_;
  }

 private:
  // REQUIRES: `lock` holds mutex_.
  std::optional<T> TakeOldest([[maybe_unused]] std::unique_lock<std::mutex> lock) {
    if (size_ == 0) return std::nullopt;
    std::optional<T> item(std::move(places_[oldest_]));
    std::destroy_at(&places_[oldest_]);
    oldest_ = (oldest_ + 1) % capacity_;
    --size_;
    room_or_closed_.notify_one();
    return item;
  }

  const std::size_t capacity_;
  T* const places_;  // memory for capacity_ items
  mutable std::mutex mutex_;
  std::condition_variable room_or_closed_;
  std::condition_variable item_or_closed_;
  std::size_t oldest_ = 0;  // guarded by mutex_; so is *places_
  std::size_t size_ = 0;    // guarded by mutex_
  bool closed_ = false;     // guarded by mutex_
};

#endif  // BOUNDED_QUEUE_H_
