// The orders a program gets from outside: the environment variable RACECOURSE, see docs/architecture.md.
#ifndef RACECOURSE_EXECUTION_SETTINGS_H_
#define RACECOURSE_EXECUTION_SETTINGS_H_

#include <cstddef>
#include <cstdint>

#include "framework/strategy/portfolio.h"

namespace racecourse {

struct Settings {
  int trace_fd = -1;            // -1: no trace
  std::uint64_t schedules = 0;  // 0: as the test says
  std::uint64_t first = 0;      // the number of the execution to begin with
  double seconds = 0;           // 0: no limit
  std::uint64_t seed = 1;
  StrategyName strategy = StrategyName::kPortfolio;
  const char* replay = nullptr;  // a schedule, or null
  std::uint32_t repeat = 1;
  bool shows_output = false;
  std::uint64_t itineraries = 0;          // of passing executions, to be written to the trace
  bool ignores_exit_status = false;       // a whole program may succeed under one schedule and fail under another
  int expected_status = -1;               // of a whole program, in every execution; -1: as in the first
  const char* expected_output = nullptr;  // the file that holds it, or null
  std::uint32_t faults = 0;               // what may go wrong: see faults.h
  bool shares_files = false;              // other explorers run the same program at the same time
  bool switches_by_system_call = false;   // as on processors without FSGSBASE; for tests
  const char* error = nullptr;            // what is wrong with the orders, or null
};

// Reads and removes the variable. Called once, before main.
void ReadSettings(char** environment);
const Settings& TheSettings();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SETTINGS_H_
