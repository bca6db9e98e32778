// What functions that start programs share with fork and wait.
#ifndef RACECOURSE_INTERPOSE_PROCESS_H_
#define RACECOURSE_INTERPOSE_PROCESS_H_

#include <sys/types.h>

#include "framework/execution/execution.h"

namespace racecourse {

// As vfork: returns in the child, and in the parent when the child has ended or become a program.
pid_t ForkAndWait();
// As waitpid, without options.
pid_t AwaitChild(pid_t pid, int* status);
// An ended child that nobody will ask for.
void ForgetChild(Process& child);

// The process becomes the program. Returns, if it does not, an error number. `searches`: in the folders of PATH.
int Exec(const char* file, bool searches, char* const* arguments, char* const* environment);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_PROCESS_H_
