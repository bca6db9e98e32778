#include "tests/oracle/detector.h"

#include <algorithm>
#include <sstream>

#include "tests/oracle/enumerator.h"
#include "tests/oracle/happens_before.h"

namespace racecourse::oracle {

namespace {

// `races` are those of the trace.
std::optional<std::string> Disagreement(RaceDetector& detector, std::span<const Event> trace,
                                        const std::vector<Race>& races, int threads) {
  const std::size_t first_race = races.empty() ? trace.size() : races.front().later;
  detector.Begin(threads);
  for (std::size_t i = 0; i < trace.size() && i <= first_race; ++i) {
    const bool races_by_oracle = i == first_race;
    if (detector.Apply(trace[i]) == races_by_oracle) continue;
    std::ostringstream out;
    out << "at event " << i << " (" << trace[i].ToString() << ") the oracle says ";
    if (races_by_oracle) {
      out << "that it races with event " << races.front().earlier << " (" << trace[races.front().earlier].ToString()
          << "), the detector that it races with nothing";
    } else {
      out << "that it races with nothing, the detector that it races";
    }
    out << "\n" << ToString(trace.first(i + 1));
    return out.str();
  }
  return std::nullopt;
}

// Adds one trace to the count, unless the check has ended.
void Compare(RaceDetector& detector, std::span<const Event> trace, int threads, const std::string& origin,
             CrossCheck& check) {
  if (check.disagreement.has_value()) return;
  const std::vector<Race> races = DataRaces(trace);
  ++check.traces;
  if (!races.empty()) ++check.racy_traces;
  if (auto disagreement = Disagreement(detector, trace, races, threads)) {
    check.disagreement = origin + ": " + *disagreement;
  }
}

}  // namespace

std::optional<std::string> Disagreement(RaceDetector& detector, std::span<const Event> trace, int threads) {
  return Disagreement(detector, trace, DataRaces(trace), threads);
}

CrossCheck CheckAllSmallPrograms(RaceDetector& detector) {
  CrossCheck check;
  for (const Space& space : SmallSpaces()) {
    if (check.disagreement.has_value()) break;
    ForEachTrace(space, [&](std::span<const Event> trace) {
      Compare(detector, trace, static_cast<int>(space.lengths.size()), space.name, check);
    });
  }
  return check;
}

CrossCheck CheckRandomPrograms(RaceDetector& detector, std::size_t count, unsigned seed) {
  CrossCheck check;
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < count && !check.disagreement.has_value(); ++i) {
    const int threads = 2 + static_cast<int>(random() % 4);
    const Trace trace = RandomTrace(random, threads, 48);
    Compare(detector, trace, threads, "random trace " + std::to_string(i) + " of seed " + std::to_string(seed), check);
  }
  return check;
}

}  // namespace racecourse::oracle
