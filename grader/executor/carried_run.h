#ifndef RACECOURSE_GRADER_EXECUTOR_CARRIED_RUN_H_
#define RACECOURSE_GRADER_EXECUTOR_CARRIED_RUN_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/executor/program_run.h"
#include "grader/executor/source_map.h"
#include "grader/rubric/finding.h"

namespace racecourse::grader {

// How to ask a program of a sanitizer's variant about what its twin found. Borrows everything.
struct WitnessStand {
  RunRequest request;      // the witness program, its input and where it runs; orders are ours
  bool has_tests = false;  // it holds many tests, of which the finding names one
  int plain_runs = 0;      // besides, so many runs without our scheduler
  std::filesystem::path symbolizer;
  const SourceMap* sources = nullptr;
};

// Runs the program of a sanitizer's variant; `test` is the one that it is about.
absl::StatusOr<ProgramRun> RunCarried(const WitnessStand& stand, const std::string& test, double seconds,
                                      RunOrders orders);

// Which variant the program is of: "thread-sanitizer", "address-sanitizer".
absl::StatusOr<std::string> ExecutorOf(const WitnessStand& stand);

// Lets it follow these itineraries, each in a process of its own, and returns what it says about each, in their order.
absl::StatusOr<std::vector<TraceWitness>> Follow(const WitnessStand& stand, const std::string& test,
                                                 const std::vector<std::string>& itineraries);

// Its reports by lines, through the eyes of the resolver of findings; the kind stays the sanitizer's own.
absl::StatusOr<std::vector<Finding>> ResolveReports(const WitnessStand& stand, const TraceWitness& witness);

// "tally.h:12"; of a stack, of the innermost line that is the student's or the test's; empty if there is none.
std::string PlaceOf(const Frame& frame);
std::string PlaceOf(const Stack& stack);

// Half a sentence about a run that did not follow to the end.
std::string WhyNotFollowed(const TraceWitness& witness);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_CARRIED_RUN_H_
