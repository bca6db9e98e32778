// Runs one program that was built for the engine and reads the trace it leaves, as the grader would: the program is a
// child process, its orders are in RACECOURSE, its trace comes through a descriptor.
#ifndef RACECOURSE_TESTS_ENGINE_ENGINE_RUN_H_
#define RACECOURSE_TESTS_ENGINE_ENGINE_RUN_H_

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace racecourse::engine_test {

// One line of a program's source.
struct SourceLine {
  std::string file;  // as the debug information has it
  int line = 0;
  std::string function;
};

struct Finding {
  std::string kind;
  std::string message;
  std::string schedule;
  std::string event_hash;
  std::uint64_t execution = 0;
  int preemptions = 0;
  bool is_confirmed = false;
  // Of a replay: how often it was done, and how often the same failure came of it.
  int repeat = 0;
  int reproduced = 0;
  nlohmann::json record;
};

struct Scenario {
  std::string name;
  std::string status;
  std::string strength;
  std::string event_hash;
  std::string error;
  std::uint64_t executions = 0;
};

struct ProgramRun {
  std::filesystem::path program;
  int exit_status = -1;  // -1: it did not exit by itself
  bool timed_out = false;
  bool is_complete = false;  // the trace has its program_end
  std::vector<Finding> findings;
  std::vector<Scenario> scenarios;
  std::vector<nlohmann::json> tests;  // the "test" records
  std::string output;                 // stdout and stderr

  // REQUIRES: there is one.
  const Finding& TheFinding() const { return findings.at(0); }
  const Scenario& TheScenario() const { return scenarios.at(0); }
  std::string Kind() const { return findings.empty() ? "" : findings[0].kind; }
  // For failure messages.
  std::string ToString() const;
};

// Runs `program` with `orders` ("schedules=2000;seed=1") and waits for its end; after a minute it is killed.
ProgramRun RunProgram(const std::filesystem::path& program, const std::string& orders,
                      const std::vector<std::string>& arguments = {});

// Where the code addresses (of a finding's frames) lie, inlined callers included, innermost first.
std::vector<SourceLine> Symbolize(const std::filesystem::path& program, const std::vector<std::string>& addresses);

// The lines of `file` (its last component) that the finding's stacks pass through, one list per stack.
std::vector<std::vector<int>> LinesIn(const ProgramRun& run, const Finding& finding, const std::string& file);

// The numbers of the lines of a source file that contain `marker`.
std::vector<int> MarkedLines(const std::filesystem::path& file, const std::string& marker);

}  // namespace racecourse::engine_test

#endif  // RACECOURSE_TESTS_ENGINE_ENGINE_RUN_H_
