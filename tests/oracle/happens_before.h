// The oracle: what C++20 says about a trace, computed as the standard's text reads and with no thought for speed.
//
// Source: C++20 (N4861) [intro.races] for happens-before, release sequences and data races; [atomics.order] p2 and
// [atomics.fences] p2-p4 for atomics and fences; [thread.mutex.requirements.mutex] p11 and p25 for mutexes;
// [thread.thread.constr] p6 and [thread.thread.member] p4 for create and join. memory_order_consume is absent, so
// happens-before is what the standard calls simply happens before. The order S of seq_cst operations adds nothing to
// happens-before in C++20, beyond each of them being an acquire, a release or both.
// Guarantee: exact on every trace that meets the REQUIRES of event.h.
// Cost: O(n^3) time and O(n^2) space in the number of events.
#ifndef TESTS_ORACLE_HAPPENS_BEFORE_H_
#define TESTS_ORACLE_HAPPENS_BEFORE_H_

#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "tests/oracle/event.h"

namespace racecourse::oracle {

class HappensBefore {
 public:
  explicit HappensBefore(std::span<const Event> trace);

  // True if event `earlier` happens before event `later`. An event does not happen before itself.
  bool Ordered(std::size_t earlier, std::size_t later) const { return ordered_[earlier * size_ + later]; }

 private:
  void Order(std::size_t earlier, std::size_t later) { ordered_[earlier * size_ + later] = true; }
  void AddProgramOrder(std::span<const Event> trace);
  void AddThreads(std::span<const Event> trace);
  void AddMutexes(std::span<const Event> trace);
  void AddAtomics(std::span<const Event> trace);
  void Close();

  std::size_t size_;
  std::vector<char> ordered_;  // size_ x size_, row = earlier; never set for row >= column, as the trace is linear
};

// The modification that the atomic read `trace[read]` takes its value from; nullopt for the initial value.
std::optional<std::size_t> ReadsFrom(std::span<const Event> trace, std::size_t read);

// The modifications in whose release sequence `trace[modification]` is, or would be if they were release operations:
// itself, and if it is a read-modify-write those of what it read. Only atomic operations count.
std::vector<std::size_t> SequenceHeads(std::span<const Event> trace, std::size_t modification);

// [intro.races] p2: they access overlapping memory and at least one of them modifies it.
bool Conflict(const Event& a, const Event& b);

// Two events that race; `earlier` < `later` in the trace.
struct Race {
  std::size_t earlier;
  std::size_t later;
  auto operator<=>(const Race&) const = default;
};

// [intro.races] p21: every pair that conflicts, of different threads, not both atomic, neither ordered before the
// other. Sorted by `later`, then `earlier`. The standard gives a program no meaning past its first race, so what
// follows one is of interest to nobody but a curious reader.
std::vector<Race> DataRaces(std::span<const Event> trace);

}  // namespace racecourse::oracle

#endif  // TESTS_ORACLE_HAPPENS_BEFORE_H_
