// Channels between coroutines: what you submit. Read README.md first.
//
// This version compiles, and nobody waits in it: a channel takes in whatever is sent, and a receive that finds nothing
// comes back with nothing. Your task is to let coroutines wait, also for several channels at once.

#ifndef CHANNEL_H_
#define CHANNEL_H_

#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

// Makes a coroutine that is suspended go on, soon, on some machine. Given by the scheduler; call it once for each time
// a coroutine waits. It returns at once and resumes nobody itself.
using Ready = std::function<void(std::coroutine_handle<>)>;

template <class T>
class Chan {
 public:
  // Holds up to `capacity` items. With none, an item goes from hand to hand.
  Chan(std::size_t capacity, Ready ready) : capacity_(capacity), ready_(std::move(ready)) {}
  Chan(const Chan&) = delete;
  Chan& operator=(const Chan&) = delete;

  // What send returns: co_await it, or give it to select.
  class Send {
   public:
    Send(Chan& channel, T item) : channel_(channel), item_(std::move(item)) {}
    Send(const Send&) = delete;
    Send& operator=(const Send&) = delete;

    bool await_ready() {
      channel_.items_.push_back(std::move(item_));
      return true;
    }
    void await_suspend(std::coroutine_handle<>) {}
    bool await_resume() { return result(); }

    // True if the item was accepted; false if the channel is closed.   REQUIRES: it was done.
    bool result() const { return true; }

   private:
    Chan& channel_;
    T item_;
  };

  // What recv returns: co_await it, or give it to select.
  class Recv {
   public:
    explicit Recv(Chan& channel) : channel_(channel) {}
    Recv(const Recv&) = delete;
    Recv& operator=(const Recv&) = delete;

    bool await_ready() {
      if (!channel_.items_.empty()) {
        item_.emplace(std::move(channel_.items_.front()));
        channel_.items_.pop_front();
      }
      return true;
    }
    void await_suspend(std::coroutine_handle<>) {}
    std::optional<T> await_resume() { return std::move(item_); }

    // The item; nothing if the channel is closed and empty.   REQUIRES: it was done.
    std::optional<T>& result() { return item_; }

   private:
    Chan& channel_;
    std::optional<T> item_;
  };

  // co_await channel.send(item): true once a receiver has the item, or the channel holds it; false if the channel is
  // closed.
  Send send(T item) { return Send(*this, std::move(item)); }
  // co_await channel.recv(): the next item; nothing once the channel is closed and empty.
  Recv recv() { return Recv(*this); }

  // Nothing can be sent any more. Everybody who waits goes on.
  void close() {}

 private:
  const std::size_t capacity_;
  const Ready ready_;
  std::deque<T> items_;
};

// co_await select(a, b, …): waits until one of the operations can be done, does it and no other, and returns its
// number. The operations' result() is that of the one that was done.
template <class First, class... Others>
auto select(First& first, Others&...) {
  struct Awaiter {
    First& operation;
    bool await_ready() { return operation.await_ready(); }
    void await_suspend(std::coroutine_handle<>) {}
    std::size_t await_resume() { return 0; }
  };
  return Awaiter{first};
}

#endif  // CHANNEL_H_
