// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include "bounded_queue.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

template <class T>
class StudentQueue final : public QueueUnderTest<T> {
 public:
  explicit StudentQueue(std::size_t capacity) : queue_(capacity) {}
  bool push(T item) override { return queue_.push(std::move(item)); }
  std::optional<T> pop() override { return queue_.pop(); }
  std::optional<T> pop_for(std::chrono::milliseconds timeout) override { return queue_.pop_for(timeout); }
  void close() override { queue_.close(); }
  std::size_t size() const override { return queue_.size(); }

 private:
  BoundedQueue<T> queue_;
};

}  // namespace

template <class T>
std::unique_ptr<QueueUnderTest<T>> MakeQueue(std::size_t capacity) {
  return std::make_unique<StudentQueue<T>>(capacity);
}

template std::unique_ptr<QueueUnderTest<int>> MakeQueue(std::size_t);
template std::unique_ptr<QueueUnderTest<std::unique_ptr<int>>> MakeQueue(std::size_t);
template std::unique_ptr<QueueUnderTest<Token>> MakeQueue(std::size_t);

}  // namespace exercise
