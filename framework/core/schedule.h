// A schedule: the choices that make an execution what it is, and its printable form `rc1:…`.
//
// An execution makes its choices one after the other; each has a default (stay with the current thread while it can go
// on, else the enabled thread of the lowest slot; outcome 0). A schedule lists only the choices that deviate from the
// default, so a bug that needs two preemptions is a string of a few characters, and every prefix of a schedule is a
// schedule. Plain memory accesses are choices only at the instructions the schedule names (`plain_points`), given as
// offsets from the start of the program's code so that they hold in every process and every build directory.
//
// Grammar:   rc1:[@OFFSET{,OFFSET}:]{SKIP VALUE}     OFFSET in lower-case hexadecimal; SKIP (choices taken by default
// before this one) and VALUE each in groups of four bits, least significant first, one base-32 digit (0-9a-v) a group,
// 16 added to every digit but the last.
#ifndef RACECOURSE_CORE_SCHEDULE_H_
#define RACECOURSE_CORE_SCHEDULE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace racecourse {

struct Deviation {
  std::uint32_t choice;  // ordinal of the choice in its execution, from 0
  std::uint8_t value;    // the thread slot or outcome taken instead of the default
  friend bool operator==(const Deviation&, const Deviation&) = default;
};

// A schedule in memory of its own, without allocation: it is written where no heap may be used. Half a megabyte, of
// which only the deviations that there are get touched: each page that is touched is one to be copied at every fork.
struct Schedule {
  static constexpr std::size_t kMaxDeviations = 1 << 16;
  static constexpr std::size_t kMaxPlainPoints = 16;

  std::uint32_t deviation_count = 0;
  std::uint32_t plain_point_count = 0;
  std::uint64_t plain_points[kMaxPlainPoints] = {};  // code offsets, ascending
  Deviation deviations[kMaxDeviations];  // the first deviation_count; invariant: strictly ascending by choice

  Schedule() {}  // not `= default`, which would let `Schedule{}` write zeros all over it
  Schedule(const Schedule& other) { *this = other; }
  Schedule& operator=(const Schedule& other) {
    deviation_count = other.deviation_count;
    plain_point_count = other.plain_point_count;
    std::copy_n(other.plain_points, kMaxPlainPoints, plain_points);
    std::copy_n(other.deviations, deviation_count, deviations);
    return *this;
  }
  std::span<const Deviation> Deviations() const { return {deviations, deviation_count}; }
};

// Writes the printable form with a terminating NUL; returns its length, or 0 if `capacity` is too small.
std::size_t FormatSchedule(const Schedule& schedule, char* text, std::size_t capacity);

// Reads the printable form. Returns nullptr on success, else what is wrong in words for the user.
const char* ParseSchedule(const char* text, Schedule* schedule);

}  // namespace racecourse

#endif  // RACECOURSE_CORE_SCHEDULE_H_
