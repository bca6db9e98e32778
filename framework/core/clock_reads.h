// How virtual time passes for a thread that reads clocks again and again: the same in every executor.
#ifndef RACECOURSE_CORE_CLOCK_READS_H_
#define RACECOURSE_CORE_CLOCK_READS_H_

#include <cstdint>

namespace racecourse {

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// What CLOCK_MONOTONIC is behind CLOCK_REALTIME: the machine was started long ago.
inline constexpr std::int64_t kMonotonicOffset = 1'893'000'000 * kNanosecondsPerSecond;
// A thread may read clocks this often before time passes with every reading.
inline constexpr unsigned kClockReadsBeforeTimePasses = 16;

// How far time passes with the reading number `reads` of a thread.
constexpr std::int64_t ClockReadTick(unsigned reads) {
  constexpr std::int64_t kTick = 100'000;
  return reads < 1'000 ? kTick : reads < 10'000 ? 10 * kTick : 100 * kTick;
}

}  // namespace racecourse

#endif  // RACECOURSE_CORE_CLOCK_READS_H_
