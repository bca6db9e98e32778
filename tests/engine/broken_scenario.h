// Scenarios that must fail: each is found with the finding it is written for, at the lines of its source that are marked
// `// NAME`, and its schedule shows the same again in a fresh process, with the same event hash.
#ifndef RACECOURSE_TESTS_ENGINE_BROKEN_SCENARIO_H_
#define RACECOURSE_TESTS_ENGINE_BROKEN_SCENARIO_H_

#include <ostream>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {

struct BrokenScenario {
  const char* name;
  const char* kind;
  const char* message;  // a part of it
};

std::ostream& operator<<(std::ostream& stream, const BrokenScenario& scenario);

// Where they are, and what is asked of them.
struct BrokenSuite {
  std::string program;  // under tests/engine/programs, without its ending
  std::string suite = "Broken";
  int schedules = 2000;
  int replays = 20;
  bool every_stack_is_marked = false;  // else one is enough
};

ProgramRun RunScenarios(const std::string& program, const std::string& filter, const std::string& orders);

// Expects all of the above.
void ExpectFoundLocatedAndReplayed(const BrokenScenario& scenario, const BrokenSuite& suite);

}  // namespace racecourse::engine_test

#endif  // RACECOURSE_TESTS_ENGINE_BROKEN_SCENARIO_H_
