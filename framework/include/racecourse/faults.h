/* Faults that a test asks for. From the call on, each is a choice of the schedule: at every operation where it can
 * happen it does in some schedules, and does not in others. An execution has four of them at most.
 *
 *   MAY_FAIL(RACECOURSE_SHORT_READS | RACECOURSE_INTERRUPTIONS);
 *   const pid_t child = fork();
 *   ...
 *   MAY_CRASH(child);            // SIGKILL, at any operation of the child's, from the outside
 *   MAY_SIGNAL(child, SIGTERM);  // once, at any operation of it
 *
 * What programs do about it is the point: read again for the rest, take the call up again, give up the fork, clean up
 * after a child. Outside executions the macros do nothing. For C and C++. */
#ifndef RACECOURSE_FAULTS_H_
#define RACECOURSE_FAULTS_H_

enum {
  /* read, recv and their like return some of the bytes that are there: of pipes and stream sockets. */
  RACECOURSE_SHORT_READS = 1,
  /* write, send and their like take some of the bytes: of stream sockets, and of more than PIPE_BUF bytes of a pipe. */
  RACECOURSE_SHORT_WRITES = 2,
  /* A call that has to wait fails with EINTR, as if a handler without SA_RESTART had run: read, write, accept, poll and
   * its relatives, waitpid, sem_wait, semop, msgrcv, mq_receive, flock, nanosleep and their relatives. */
  RACECOURSE_INTERRUPTIONS = 4,
  /* fork fails with EAGAIN. */
  RACECOURSE_FORK_FAILURES = 8,
  /* Every child process may be killed at any operation: MAY_CRASH for all. */
  RACECOURSE_CRASHES = 16
};

#ifdef __cplusplus
extern "C" {
#endif
__attribute__((weak)) void racecourse_may_fail(unsigned faults);
__attribute__((weak)) void racecourse_may_crash(int process);
__attribute__((weak)) void racecourse_may_signal(int process, int signal);
#ifdef __cplusplus
}
#endif

#define MAY_FAIL(faults) (racecourse_may_fail ? racecourse_may_fail(faults) : (void)0)
#define MAY_CRASH(process) (racecourse_may_crash ? racecourse_may_crash(process) : (void)0)
#define MAY_SIGNAL(process, signal) (racecourse_may_signal ? racecourse_may_signal(process, signal) : (void)0)

#endif /* RACECOURSE_FAULTS_H_ */
