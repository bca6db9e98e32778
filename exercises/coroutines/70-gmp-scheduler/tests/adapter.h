// What the tests know about a submission: this interface, never the student's header itself.

#ifndef SCHEDULER_ADAPTER_H_
#define SCHEDULER_ADAPTER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace exercise {

// A task: calls step(0), step(1), …, step(turns - 1), and yields after each but the last.
struct Job {
  int turns = 1;
  std::function<void(int)> step;
};

struct Options {
  unsigned procs = 2;
  std::uint32_t lrq_cap = 256;
  std::uint32_t global_every = 61;
};

struct Stats {
  std::uint64_t spawned = 0;
  std::uint64_t finished = 0;
  std::uint64_t turns = 0;
};

class SchedulerUnderTest {
 public:
  virtual ~SchedulerUnderTest() = default;
  virtual void go(Job job) = 0;
  virtual void run_until_idle() = 0;
  virtual Stats stats() const = 0;
  // The local variables and parameters of tasks that exist.
  virtual int alive() const = 0;
};

std::unique_ptr<SchedulerUnderTest> MakeScheduler(const Options& options);

// Who has had which turn. Counts are atomic, so that a task that runs twice at the same time is seen as that.
class Ledger {
 public:
  explicit Ledger(int jobs) : jobs_(static_cast<std::size_t>(jobs)) {}
  void Note(int job) { jobs_[static_cast<std::size_t>(job)].fetch_add(1, std::memory_order_relaxed); }
  int turns(int job) const { return jobs_[static_cast<std::size_t>(job)].load(std::memory_order_relaxed); }

 private:
  std::vector<std::atomic<int>> jobs_;
};

}  // namespace exercise

#endif  // SCHEDULER_ADAPTER_H_
