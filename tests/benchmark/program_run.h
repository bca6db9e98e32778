// Runs a program that is linked with the engine and reads from its trace how fast it went.
#ifndef RACECOURSE_TESTS_BENCHMARK_PROGRAM_RUN_H_
#define RACECOURSE_TESTS_BENCHMARK_PROGRAM_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

namespace racecourse::benchmark_tests {

struct ProgramOrder {
  std::string program;                 // a name in the folder of benchmark programs
  std::vector<std::string> arguments;  // after argv[0]
  std::string strategy = "portfolio";
  std::uint64_t schedules = 1;
  std::uint64_t seed = 1;
  double seconds = 0;  // stop after that time, which is then no failure; 0: no limit
};

struct ProgramRate {
  std::string error;  // empty if the scenario passed
  std::uint64_t executions = 0;
  // Spent exploring, by the engine's own clock: without starting the process, without confirming the last schedule.
  double seconds = 0;
};

// Runs the program to its end, but kills it after two minutes.
ProgramRate RunProgram(const ProgramOrder& order);

}  // namespace racecourse::benchmark_tests

#endif  // RACECOURSE_TESTS_BENCHMARK_PROGRAM_RUN_H_
