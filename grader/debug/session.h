#ifndef RACECOURSE_GRADER_DEBUG_SESSION_H_
#define RACECOURSE_GRADER_DEBUG_SESSION_H_

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/compile/installation.h"
#include "grader/compile/toolchain.h"
#include "grader/executor/program_run.h"
#include "grader/executor/source_map.h"

namespace racecourse::grader {

enum class Debugger { kGdb, kLldb };

// What is debugged. Borrows everything.
struct DebugTarget {
  RunRequest request;             // how the systematic program replays the schedule
  std::filesystem::path carried;  // the same program of the debugger variant
  const SourceMap* sources = nullptr;
  // Names of folders in debug information, and where they are.
  std::vector<std::pair<std::string, std::filesystem::path>> folders;
};

// The debugger's program; an error that says what to install when there is none.
absl::StatusOr<std::filesystem::path> FindDebugger(Debugger debugger);

// Replays the schedule for its itinerary, and runs `debugger` on the program that follows it: at the user's terminal,
// or with commands from standard input. Returns when the debugger ends.
absl::Status DebugSchedule(const DebugTarget& target, Debugger debugger, const Toolchain& toolchain,
                           const Installation& installation);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_DEBUG_SESSION_H_
