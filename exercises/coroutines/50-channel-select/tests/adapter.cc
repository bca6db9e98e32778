// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "channel.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

std::atomic<int> items_alive{0};

// What goes through the channels: it can be moved only, and is counted.
class Item {
 public:
  explicit Item(int value) : value_(value) { items_alive.fetch_add(1, std::memory_order_relaxed); }
  Item(Item&& other) noexcept : Item(std::exchange(other.value_, kGone)) {}
  Item& operator=(Item&& other) noexcept {
    value_ = std::exchange(other.value_, kGone);
    return *this;
  }
  ~Item() { items_alive.fetch_sub(1, std::memory_order_relaxed); }
  int value() const { return value_; }

 private:
  static constexpr int kGone = -1;  // moved from
  int value_;
};

// Machines that resume what is ready. A coroutine's frame may go while it runs, so nothing is asked of it afterwards.
class Pool {
 public:
  void Ready(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(mutex_);
    ready_.push_back(coroutine);
    changed_.notify_one();
  }
  // Returns when nothing is ready and nothing runs.
  void Run(int machines) {
    std::vector<std::thread> threads;
    for (int i = 0; i < machines; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !ready_.empty() || running_ == 0; });
      if (ready_.empty()) return;
      const std::coroutine_handle<> coroutine = ready_.front();
      ready_.pop_front();
      ++running_;
      lock.unlock();
      coroutine.resume();
      lock.lock();
      if (--running_ == 0 && ready_.empty()) changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::coroutine_handle<>> ready_;  // guarded by mutex_
  int running_ = 0;                            // guarded by mutex_
};

// Destroys itself at its end.
struct Coroutine {
  struct promise_type {
    Coroutine get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

class StudentWorkshop final : public Workshop {
 public:
  ~StudentWorkshop() override {
    for (const auto& task : tasks_) {
      if (!task->is_over) task->handle.destroy();
    }
  }

  int channel(std::size_t capacity) override {
    channels_.push_back(
        std::make_unique<Chan<Item>>(capacity, [this](std::coroutine_handle<> coroutine) { pool_.Ready(coroutine); }));
    return static_cast<int>(channels_.size()) - 1;
  }
  int task(std::vector<Step> steps) override {
    tasks_.push_back(std::make_unique<Task>());
    Task& task = *tasks_.back();
    task.steps = std::move(steps);
    task.handle = Play(*this, task).handle;
    return static_cast<int>(tasks_.size()) - 1;
  }
  int run(int machines) override {
    for (const auto& task : tasks_) pool_.Ready(task->handle);
    pool_.Run(machines);
    int left = 0;
    for (const auto& task : tasks_) left += task->is_over ? 0 : 1;
    return left;
  }
  const std::vector<Outcome>& outcomes(int task) const override {
    return tasks_[static_cast<std::size_t>(task)]->outcomes;
  }

 private:
  struct Task {
    std::vector<Step> steps;
    std::vector<Outcome> outcomes;
    std::coroutine_handle<> handle;
    bool is_over = false;
  };

  Chan<Item>& At(int channel) { return *channels_[static_cast<std::size_t>(channel)]; }
  int Tick() { return clock_.fetch_add(1, std::memory_order_relaxed); }

  static void Note(Outcome& outcome, bool sent) { outcome.ok = sent; }
  static void Note(Outcome& outcome, const std::optional<Item>& item) {
    outcome.ok = item.has_value();
    outcome.value = item ? item->value() : 0;
  }

  static Coroutine Play(StudentWorkshop& shop, Task& task) {
    for (const Step& step : task.steps) {
      Outcome outcome;
      outcome.begun = shop.Tick();
      if (step[0].kind == Op::Kind::kClose) {
        shop.At(step[0].channel).close();
      } else if (step.size() == 1 && step[0].kind == Op::Kind::kSend) {
        Note(outcome, co_await shop.At(step[0].channel).send(Item(step[0].value)));
      } else if (step.size() == 1) {
        Note(outcome, co_await shop.At(step[0].channel).recv());
      } else if (step[0].kind == Op::Kind::kSend && step[1].kind == Op::Kind::kSend) {
        auto first = shop.At(step[0].channel).send(Item(step[0].value));
        auto second = shop.At(step[1].channel).send(Item(step[1].value));
        outcome.arm = co_await select(first, second);
        outcome.arm == 0 ? Note(outcome, first.result()) : Note(outcome, second.result());
      } else if (step[0].kind == Op::Kind::kSend) {
        auto first = shop.At(step[0].channel).send(Item(step[0].value));
        auto second = shop.At(step[1].channel).recv();
        outcome.arm = co_await select(first, second);
        outcome.arm == 0 ? Note(outcome, first.result()) : Note(outcome, second.result());
      } else if (step[1].kind == Op::Kind::kSend) {
        auto first = shop.At(step[0].channel).recv();
        auto second = shop.At(step[1].channel).send(Item(step[1].value));
        outcome.arm = co_await select(first, second);
        outcome.arm == 0 ? Note(outcome, first.result()) : Note(outcome, second.result());
      } else {
        auto first = shop.At(step[0].channel).recv();
        auto second = shop.At(step[1].channel).recv();
        outcome.arm = co_await select(first, second);
        outcome.arm == 0 ? Note(outcome, first.result()) : Note(outcome, second.result());
      }
      outcome.done = shop.Tick();
      task.outcomes.push_back(outcome);
    }
    task.is_over = true;
  }

  std::atomic<int> clock_{0};
  Pool pool_;
  std::vector<std::unique_ptr<Chan<Item>>> channels_;
  std::vector<std::unique_ptr<Task>> tasks_;
};

}  // namespace

std::unique_ptr<Workshop> MakeWorkshop() { return std::make_unique<StudentWorkshop>(); }
int ItemsAlive() { return items_alive.load(); }

}  // namespace exercise
