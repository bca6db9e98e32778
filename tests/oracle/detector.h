// The door for a race detector that wants to be held against the oracle. To attach one, write a RaceDetector around
// it (an adapter of some twenty lines), and call CheckAllSmallPrograms and CheckRandomPrograms in a test.
#ifndef TESTS_ORACLE_DETECTOR_H_
#define TESTS_ORACLE_DETECTOR_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "tests/oracle/event.h"

namespace racecourse::oracle {

class RaceDetector {
 public:
  virtual ~RaceDetector() = default;
  // Forgets everything. Threads 0 to threads-1 exist and nothing is ordered between them; one that a kCreate event
  // names has done nothing before it.
  virtual void Begin(int threads) = 0;
  // Performs the next event of the trace; true if it races with an earlier event.
  // REQUIRES: no earlier call since Begin returned true.
  virtual bool Apply(const Event& event) = 0;
};

// Plays `trace` to `detector` and compares each answer with the oracle's, up to and including the first race.
// Returns nullopt if they agree, else both answers and the trace as text.
std::optional<std::string> Disagreement(RaceDetector& detector, std::span<const Event> trace, int threads);

struct CrossCheck {
  std::size_t traces = 0;                   // compared
  std::size_t racy_traces = 0;              // of them, those with a race
  std::optional<std::string> disagreement;  // the first; the check ends there
};

// On every trace of every space of small programs (enumerator.h).
CrossCheck CheckAllSmallPrograms(RaceDetector& detector);

// On `count` random traces of up to 48 events of up to 5 threads: longer release sequences, more readers and more
// objects than can be enumerated. The same seed gives the same traces.
CrossCheck CheckRandomPrograms(RaceDetector& detector, std::size_t count, unsigned seed);

}  // namespace racecourse::oracle

#endif  // TESTS_ORACLE_DETECTOR_H_
