#ifndef RACECOURSE_GRADER_EXECUTOR_WITNESS_H_
#define RACECOURSE_GRADER_EXECUTOR_WITNESS_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/executor/program_run.h"
#include "grader/executor/source_map.h"
#include "grader/rubric/evidence.h"

namespace racecourse::grader {

inline constexpr char kThreadSanitizer[] = "thread-sanitizer";

// Asks a program of a witness variant about what its twin found. Borrows everything.
struct WitnessStand {
  RunRequest request;      // the witness program, its input and where it runs; orders are ours
  bool has_tests = false;  // it holds many tests, of which the finding names one
  int plain_runs = 0;      // besides, so many runs without our scheduler
  std::filesystem::path symbolizer;
  const SourceMap* sources = nullptr;
};

// True for a data race whose execution can be followed.
bool IsForWitness(const Finding& finding);

// Why nobody could be asked about them.
void NoteAbsence(const absl::Status& why, std::vector<Finding>& findings);

// Lets the witness follow the execution of every data race, and adds what it says to the finding. It only ever adds: a
// witness that fails is one that says nothing. An error only when the user interrupted us.
absl::Status AskAboutFindings(const WitnessStand& stand, std::vector<Finding>& findings);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_WITNESS_H_
