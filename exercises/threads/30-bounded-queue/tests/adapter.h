// What the tests know about a submission: this interface, never the student's header itself.

#ifndef BOUNDED_QUEUE_ADAPTER_H_
#define BOUNDED_QUEUE_ADAPTER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace exercise {

template <class T>
class QueueUnderTest {
 public:
  virtual ~QueueUnderTest() = default;
  virtual bool push(T item) = 0;
  virtual std::optional<T> pop() = 0;
  virtual std::optional<T> pop_for(std::chrono::milliseconds timeout) = 0;
  virtual void close() = 0;
  virtual std::size_t size() const = 0;
};

// Counts the Tokens that are alive, and decides whether moving one fails.
struct Census {
  std::atomic<int> alive{0};
  // The how-manieth move from now fails; 0: none does.
  std::atomic<int> failing_move{0};
};

struct MoveFailed {};

// An item that is counted, that cannot be copied, and that may throw MoveFailed when it is moved.
class Token {
 public:
  Token(Census& census, int number) : census_(&census), number_(number) { ++census_->alive; }
  Token(Token&& other) : census_(other.census_), number_(other.number_) {
    MayFail();
    ++census_->alive;
  }
  Token& operator=(Token&& other) {
    MayFail();
    census_ = other.census_;
    number_ = other.number_;
    return *this;
  }
  ~Token() { --census_->alive; }

  int number() const { return number_; }

 private:
  void MayFail() {
    if (census_->failing_move.load() > 0 && --census_->failing_move == 0) throw MoveFailed();
  }

  Census* census_;
  int number_;
};

// Makes the student's queue. Exists for int, std::unique_ptr<int> and Token.
template <class T>
std::unique_ptr<QueueUnderTest<T>> MakeQueue(std::size_t capacity);

}  // namespace exercise

#endif  // BOUNDED_QUEUE_ADAPTER_H_
