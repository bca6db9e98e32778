// The processes of a program that is not under control, as the kernel shows them under /proc: who belongs to it, what
// its threads are at, and whether only others can make them go on.
//
// Threads: program code only, that is the one running thread. No libc, no allocation.
#ifndef RACECOURSE_EXECUTION_PROGRAM_FAMILY_H_
#define RACECOURSE_EXECUTION_PROGRAM_FAMILY_H_

#include <cstdint>

namespace racecourse {

// The program and all processes that came from it.
struct Family {
  static constexpr std::uint32_t kMax = 256;
  std::int64_t members[kMax];
  std::uint32_t count = 0;

  void Collect(std::int64_t program);

 private:
  void Add(std::int64_t member);
};

// What the threads of a family are at.
struct Condition {
  bool runs = false;           // one of them, or it is not known
  bool is_stopped = true;      // all of them
  std::uint32_t living = 0;    // processes
  std::uint64_t marks = 0;     // changes when one of them ran
  std::uint64_t activity = 0;  // changes when one of them read or wrote, opened or closed, started a process or ended
};

Condition Examine(const Family& family);
// True if a thread of the family may go on because time passes: it sleeps, or has a timer, or that is not known.
bool MayWaitForTime(const Family& family);
void SendToAll(const Family& family, int signal);

// A process of the kernel's that the table of processes has an entry for.
bool IsKnown(std::int64_t real_pid);
// Ends the child processes of this one that no table knows: what programs left behind.
void EndUnknownChildren();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_PROGRAM_FAMILY_H_
