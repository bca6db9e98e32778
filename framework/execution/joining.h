// What a process hands on to the program that it becomes by exec, where that is one of ours: see joined_program.h.
#ifndef RACECOURSE_EXECUTION_JOINING_H_
#define RACECOURSE_EXECUTION_JOINING_H_

#include "framework/core/types.h"
#include "framework/execution/inherited_files.h"
#include "framework/model/process.h"

namespace racecourse {

struct Joining {
  ProcessIndex process = kNoProcess;  // the one that is between its two programs; kNoProcess: none
  ThreadSlot thread = kNoThread;      // the thread that called exec
  InheritedFiles inherited_files;
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_JOINING_H_
