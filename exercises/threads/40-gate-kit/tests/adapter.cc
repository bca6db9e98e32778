// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include "gate_kit.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

class StudentSem final : public SemUnderTest {
 public:
  explicit StudentSem(int permits) : sem_(permits) {}
  void acquire() override { sem_.acquire(); }
  bool try_acquire_for(std::chrono::milliseconds timeout) override { return sem_.try_acquire_for(timeout); }
  void release() override { sem_.release(); }
  void release(int k) override { sem_.release(k); }

 private:
  Sem sem_;
};

class StudentLatch final : public LatchUnderTest {
 public:
  explicit StudentLatch(int count) : latch_(count) {}
  void count_down() override { latch_.count_down(); }
  void wait() override { latch_.wait(); }

 private:
  Latch latch_;
};

class StudentBarrier final : public BarrierUnderTest {
 public:
  explicit StudentBarrier(int n) : barrier_(n) {}
  StudentBarrier(int n, std::function<void()> on_phase) : barrier_(n, std::move(on_phase)) {}
  std::size_t arrive_and_wait() override { return barrier_.arrive_and_wait(); }

 private:
  CyclicBarrier barrier_;
};

}  // namespace

std::unique_ptr<SemUnderTest> MakeSem(int permits) { return std::make_unique<StudentSem>(permits); }

std::unique_ptr<LatchUnderTest> MakeLatch(int count) { return std::make_unique<StudentLatch>(count); }

std::unique_ptr<BarrierUnderTest> MakeBarrier(int n) { return std::make_unique<StudentBarrier>(n); }

std::unique_ptr<BarrierUnderTest> MakeBarrier(int n, std::function<void()> on_phase) {
  return std::make_unique<StudentBarrier>(n, std::move(on_phase));
}

}  // namespace exercise
