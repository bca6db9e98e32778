// Starts explorer processes and waits for them. Engine code of the supervisor.
#ifndef RACECOURSE_EXECUTION_EXPLORER_PROCESS_H_
#define RACECOURSE_EXECUTION_EXPLORER_PROCESS_H_

#include <functional>
#include <string>

#include "framework/execution/explorer.h"
#include "framework/execution/shared_state.h"

namespace racecourse {

struct ExplorerExit {
  // kFound also when the process died under program code: the finding then says how.
  ExplorerResult result = ExplorerResult::kRunning;
  // Not empty if the engine itself failed.
  std::string engine_error;
};

// From now on SIGINT and SIGTERM end the explorer that runs and keep others from starting, so that what was found so
// far can be told.
void CatchInterrupts();
bool WasInterrupted();

// Forks a child that carries out Shared().order and waits for its end; starts again when more carriers are needed.
// Calls `tick` about five times a second meanwhile.
ExplorerExit RunExplorerProcess(const Scenario& scenario, const std::function<void()>& tick);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_EXPLORER_PROCESS_H_
