// Calls that would leave the scheduler's control: other processes, waiting in the kernel. Each is a clear
// finding when program code makes it; outside executions libc's own version runs.

#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "framework/execution/finding_builder.h"
#include "framework/interpose/forward.h"

using namespace racecourse;

#define RC_ESCAPE(result, name, parameters, arguments) \
  RC_INTERPOSE result name parameters {                \
    if (IsControlled()) ReportEscape(#name);           \
    return RC_REAL(name) arguments;                    \
  }

RC_ESCAPE(int, execv, (const char* path, char* const argv[]) noexcept, (path, argv))
RC_ESCAPE(int, execve, (const char* path, char* const argv[], char* const env[]) noexcept, (path, argv, env))
RC_ESCAPE(int, execvp, (const char* file, char* const argv[]) noexcept, (file, argv))
RC_ESCAPE(int, system, (const char* command), (command))
RC_ESCAPE(FILE*, popen, (const char* command, const char* mode), (command, mode))
RC_ESCAPE(int, posix_spawn,
          (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
           const posix_spawnattr_t* attributes, char* const argv[], char* const env[]),
          (pid, path, actions, attributes, argv, env))
RC_ESCAPE(int, posix_spawnp,
          (pid_t * pid, const char* file, const posix_spawn_file_actions_t* actions,
           const posix_spawnattr_t* attributes, char* const argv[], char* const env[]),
          (pid, file, actions, attributes, argv, env))
