// Runs one scenario: forks explorers from the clean image of this process, replays every failure from a fresh one,
// makes the failing schedule short, looks for the consequence of a race, and writes it all to the trace. Engine code of
// the supervisor process, which never runs student code itself.
#ifndef RACECOURSE_EXECUTION_SUPERVISOR_H_
#define RACECOURSE_EXECUTION_SUPERVISOR_H_

#include <cstdint>
#include <string>

#include "framework/execution/explorer.h"

namespace racecourse {

struct ScenarioDescription {
  std::string name;  // "Suite.Name", or "main" for a whole program
  std::string file;
  int line = 0;
  std::uint64_t schedules = 2000;
  std::string body_function;  // part of the names of functions whose SOMETIMES belong to the scenario; may be empty
};

enum class ScenarioStatus : std::uint8_t { kPassed, kFailed, kInconclusive, kError };

struct ScenarioReport {
  ScenarioStatus status = ScenarioStatus::kError;
  std::string message;   // of the first finding, or of what went wrong
  std::string schedule;  // that shows it
  std::string strength;  // what a pass is worth
};

ScenarioReport RunScenario(const ScenarioDescription& description, const Scenario& scenario);

// Writes the trace's first and last records.
void BeginTrace();
void EndTrace(int tests, int failed);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SUPERVISOR_H_
