// Another right design: two semaphores count what threads wait for, free places and items. A mutex
// protects the list only while it is changed; nobody ever waits for long with it in hand.

#ifndef BOUNDED_QUEUE_H_
#define BOUNDED_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <semaphore>
#include <utility>

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : places_(static_cast<std::ptrdiff_t>(capacity)), filled_(0) {}

  bool push(T item) {
    std::list<T> node;
    node.push_back(std::move(item));
    places_.acquire();
    {
      std::lock_guard lock(mutex_);
      if (closed_) {
        places_.release();  // pass on what close gave, to the next one who waits
        return false;
      }
      items_.splice(items_.end(), node);
    }
    filled_.release();
    return true;
  }

  std::optional<T> pop() {
    filled_.acquire();
    return TakeOldest();
  }

  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> timeout) {
    // The time may be over before the semaphore gets to look at its count, hence the second attempt.
    if (!filled_.try_acquire_for(timeout) && !filled_.try_acquire()) return std::nullopt;
    return TakeOldest();
  }

  // From here on each semaphore counts one more than there is. Whoever gets that one finds the queue
  // closed and passes it on, so that it wakes all that wait, one after the other.
  void close() {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      closed_ = true;
    }
    places_.release();
    filled_.release();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  // REQUIRES: the caller has taken one from filled_: there is an item, or the queue is closed.
  std::optional<T> TakeOldest() {
    std::list<T> node;
    {
      std::lock_guard lock(mutex_);
      if (items_.empty()) {
        filled_.release();
        return std::nullopt;
      }
      node.splice(node.end(), items_, items_.begin());
    }
    places_.release();
    return std::move(node.front());
  }

  std::counting_semaphore<> places_;
  std::counting_semaphore<> filled_;
  mutable std::mutex mutex_;
  std::list<T> items_;   // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
};

#endif  // BOUNDED_QUEUE_H_
