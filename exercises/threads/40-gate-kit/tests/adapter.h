// What the tests know about a submission: these interfaces, never the student's header itself.

#ifndef GATE_KIT_ADAPTER_H_
#define GATE_KIT_ADAPTER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace exercise {

class SemUnderTest {
 public:
  virtual ~SemUnderTest() = default;
  virtual void acquire() = 0;
  virtual bool try_acquire_for(std::chrono::milliseconds timeout) = 0;
  virtual void release() = 0;
  virtual void release(int k) = 0;
};

class LatchUnderTest {
 public:
  virtual ~LatchUnderTest() = default;
  virtual void count_down() = 0;
  virtual void wait() = 0;
};

class BarrierUnderTest {
 public:
  virtual ~BarrierUnderTest() = default;
  virtual std::size_t arrive_and_wait() = 0;
};

std::unique_ptr<SemUnderTest> MakeSem(int permits);
std::unique_ptr<LatchUnderTest> MakeLatch(int count);
std::unique_ptr<BarrierUnderTest> MakeBarrier(int n);
std::unique_ptr<BarrierUnderTest> MakeBarrier(int n, std::function<void()> on_phase);

}  // namespace exercise

#endif  // GATE_KIT_ADAPTER_H_
