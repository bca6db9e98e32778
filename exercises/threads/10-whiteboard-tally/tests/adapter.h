// What the tests know about a submission: these interfaces, never the student's header itself.

#ifndef WHITEBOARD_TALLY_ADAPTER_H_
#define WHITEBOARD_TALLY_ADAPTER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace exercise {

inline constexpr std::uint32_t kSubjectCount = 4;

class TallyUnderTest {
 public:
  virtual ~TallyUnderTest() = default;
  virtual void add(std::uint32_t subject, std::int64_t n) = 0;
  virtual std::int64_t total(std::uint32_t subject) const = 0;
  virtual std::vector<std::int64_t> snapshot() const = 0;
};

class SpinFlagUnderTest {
 public:
  virtual ~SpinFlagUnderTest() = default;
  virtual void lock() = 0;
  virtual bool try_lock() = 0;
  virtual void unlock() = 0;
};

std::unique_ptr<TallyUnderTest> MakeTally(unsigned threads);
std::unique_ptr<SpinFlagUnderTest> MakeSpinFlag();
std::int64_t ParallelSum(std::span<const std::int64_t> numbers, unsigned threads);

}  // namespace exercise

#endif  // WHITEBOARD_TALLY_ADAPTER_H_
