// Another right design: one mutex for all channels. No order has to be kept, and no token is needed: whoever holds the
// mutex can take a coroutine out of all queues at once.

#ifndef CHANNEL_H_
#define CHANNEL_H_

#include <algorithm>
#include <array>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

// Makes a coroutine that is suspended go on, soon, on some machine. Given by the scheduler; call it once for each time
// a coroutine waits. It returns at once and resumes nobody itself.
using Ready = std::function<void(std::coroutine_handle<>)>;

class Operation;

// Guards all channels.
inline std::mutex channels_mutex;

// A coroutine that waits for one of several operations.
struct Waiting {
  std::coroutine_handle<> coroutine;
  Operation* done = nullptr;  // which one was done
  std::function<void()> leave_all_queues;
};

// Something that a coroutine can wait for: a send or a receive.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  // REQUIRES for all three: the caller holds channels_mutex.
  virtual bool TryNow() = 0;  // does it if it need not wait
  virtual void Enqueue(Waiting* who) = 0;
  virtual void Dequeue() = 0;  // no effect if it is not in the queue any more
};

// Waits for exactly one of the operations.
template <std::size_t kCount>
class Select {
 public:
  explicit Select(std::array<Operation*, kCount> operations) : operations_(operations) {}

  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(channels_mutex);
    if (TryAll()) return false;
    waiting_.coroutine = coroutine;
    waiting_.leave_all_queues = [this] {
      for (Operation* operation : operations_) operation->Dequeue();
    };
    for (Operation* operation : operations_) operation->Enqueue(&waiting_);
    return true;
  }
  // Which operation was done.
  std::size_t await_resume() {
    return static_cast<std::size_t>(std::find(operations_.begin(), operations_.end(), waiting_.done) -
                                    operations_.begin());
  }

 private:
  // Each time another operation comes first.
  bool TryAll() {
    static std::size_t rounds = 0;  // guarded by channels_mutex
    const std::size_t first = rounds++;
    for (std::size_t i = 0; i < kCount; ++i) {
      Operation* const operation = operations_[(first + i) % kCount];
      if (!operation->TryNow()) continue;
      waiting_.done = operation;
      return true;
    }
    return false;
  }

  const std::array<Operation*, kCount> operations_;
  Waiting waiting_;
};

template <class T>
class Chan {
 public:
  // Holds up to `capacity` items. With none, an item goes from hand to hand.
  Chan(std::size_t capacity, Ready ready) : capacity_(capacity), ready_(std::move(ready)) {}
  Chan(const Chan&) = delete;
  Chan& operator=(const Chan&) = delete;

  class Send final : public Operation {
   public:
    Send(Chan& channel, T item) : channel_(channel), item_(std::move(item)) {}
    auto operator co_await() {
      struct Awaiter : Select<1> {
        explicit Awaiter(Send& operation) : Select<1>({&operation}), send(operation) {}
        bool await_resume() {
          Select<1>::await_resume();
          return send.result_;
        }
        Send& send;
      };
      return Awaiter(*this);
    }
    // True if the item was accepted; false if the channel is closed.   REQUIRES: it was done.
    bool result() const { return result_; }

   private:
    friend class Chan;
    bool TryNow() override { return channel_.TrySend(*this); }
    void Enqueue(Waiting* who) override {
      waiting_ = who;
      channel_.senders_.push_back(this);
    }
    void Dequeue() override { channel_.senders_.remove(this); }
    void Done(bool result) {
      result_ = result;
      waiting_->done = this;
      channel_.ready_(waiting_->coroutine);
    }

    Chan& channel_;
    T item_;
    bool result_ = false;
    Waiting* waiting_ = nullptr;
  };

  class Recv final : public Operation {
   public:
    explicit Recv(Chan& channel) : channel_(channel) {}
    auto operator co_await() {
      struct Awaiter : Select<1> {
        explicit Awaiter(Recv& operation) : Select<1>({&operation}), recv(operation) {}
        std::optional<T> await_resume() {
          Select<1>::await_resume();
          return std::move(recv.item_);
        }
        Recv& recv;
      };
      return Awaiter(*this);
    }
    // The item; nothing if the channel is closed and empty.   REQUIRES: it was done.
    std::optional<T>& result() { return item_; }

   private:
    friend class Chan;
    bool TryNow() override { return channel_.TryRecv(*this); }
    void Enqueue(Waiting* who) override {
      waiting_ = who;
      channel_.receivers_.push_back(this);
    }
    void Dequeue() override { channel_.receivers_.remove(this); }
    void Done(std::optional<T> item) {
      item_ = std::move(item);
      waiting_->done = this;
      channel_.ready_(waiting_->coroutine);
    }

    Chan& channel_;
    std::optional<T> item_;
    Waiting* waiting_ = nullptr;
  };

  // co_await channel.send(item): true once a receiver has the item, or the channel holds it; false if the channel is
  // closed.
  Send send(T item) { return Send(*this, std::move(item)); }
  // co_await channel.recv(): the next item; nothing once the channel is closed and empty.
  Recv recv() { return Recv(*this); }

  // Nothing can be sent any more. Everybody who waits goes on.
  void close() {
    const std::lock_guard lock(channels_mutex);
    is_closed_ = true;
    while (Recv* receiver = TakeFirst(receivers_)) receiver->Done(std::nullopt);
    while (Send* sender = TakeFirst(senders_)) sender->Done(false);
  }

 private:
  // The first in the queue, who then waits nowhere any more. REQUIRES, here and below: the caller holds channels_mutex.
  template <class Queued>
  static Queued* TakeFirst(std::list<Queued*>& queue) {
    if (queue.empty()) return nullptr;
    Queued* const first = queue.front();
    first->waiting_->leave_all_queues();
    return first;
  }

  bool TrySend(Send& send) {
    if (is_closed_) {
      send.result_ = false;
      return true;
    }
    if (Recv* const receiver = TakeFirst(receivers_)) {
      receiver->Done(std::move(send.item_));
    } else if (items_.size() < capacity_) {
      items_.push_back(std::move(send.item_));
    } else {
      return false;
    }
    send.result_ = true;
    return true;
  }

  bool TryRecv(Recv& recv) {
    if (!items_.empty()) {
      recv.item_.emplace(std::move(items_.front()));
      items_.pop_front();
      // There is room for the item of somebody who waits.
      if (Send* const sender = TakeFirst(senders_)) {
        items_.push_back(std::move(sender->item_));
        sender->Done(true);
      }
    } else if (Send* const sender = TakeFirst(senders_)) {
      recv.item_.emplace(std::move(sender->item_));
      sender->Done(true);
    } else if (!is_closed_) {
      return false;
    }
    return true;
  }

  const std::size_t capacity_;
  const Ready ready_;
  std::deque<T> items_;         // guarded by channels_mutex, as all below
  std::list<Send*> senders_;    // those who wait
  std::list<Recv*> receivers_;  // those who wait
  bool is_closed_ = false;
};

// co_await select(a, b, …): waits until one of the operations can be done, does it and no other, and returns its
// number. The operations' result() is that of the one that was done.
template <class... Operations>
auto select(Operations&... operations) {
  return Select<sizeof...(Operations)>({&operations...});
}

#endif  // CHANNEL_H_
