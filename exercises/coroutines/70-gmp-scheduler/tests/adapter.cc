// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include <utility>

#include "scheduler.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

// Counts as alive.
class Guest {
 public:
  explicit Guest(std::atomic<int>& alive) : alive_(&alive) { alive_->fetch_add(1, std::memory_order_relaxed); }
  Guest(const Guest& other) : Guest(*other.alive_) {}
  Guest& operator=(const Guest&) = delete;
  ~Guest() { alive_->fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<int>* alive_;
};

Task Play(Job job, [[maybe_unused]] Guest parameter) {
  for (int turn = 0; turn < job.turns; ++turn) {
    if (turn > 0) co_await Scheduler::yield();
    job.step(turn);
  }
}

class StudentScheduler final : public SchedulerUnderTest {
 public:
  explicit StudentScheduler(const Options& options)
      : scheduler_({.procs = options.procs, .lrq_cap = options.lrq_cap, .global_every = options.global_every}) {}
  void go(Job job) override { scheduler_.go(Play(std::move(job), Guest(alive_))); }
  void run_until_idle() override { scheduler_.run_until_idle(); }
  Stats stats() const override {
    const SchedStats stats = scheduler_.stats();
    return {.spawned = stats.spawned, .finished = stats.finished, .turns = stats.turns};
  }
  int alive() const override { return alive_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> alive_{0};
  Scheduler scheduler_;
};

}  // namespace

std::unique_ptr<SchedulerUnderTest> MakeScheduler(const Options& options) {
  return std::make_unique<StudentScheduler>(options);
}

}  // namespace exercise
