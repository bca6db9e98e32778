// Puts back what an explorer's executions changed if its supervisor cannot, because SIGKILL ended it: a process beside
// the supervisor that shares its memory and waits for its end. It then ends the explorer's process group, takes back
// what the program did to files, and removes the names of shared memory.
//
// Threads: of the supervisor, which has one while it waits for an explorer.
#ifndef RACECOURSE_EXECUTION_CARETAKER_H_
#define RACECOURSE_EXECUTION_CARETAKER_H_

#include <sys/types.h>

#include <atomic>

namespace racecourse {

class Caretaker {
 public:
  // Without a process of its own, where the kernel grants none: then nobody puts things back after SIGKILL.
  Caretaker();
  ~Caretaker();
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

  // The explorer that was started, which leads a process group.
  void TakeCareOf(pid_t explorer) { explorer_ = explorer; }

 private:
  [[noreturn]] static int Run(void* caretaker);

  const pid_t supervisor_;
  std::atomic<pid_t> explorer_ = 0;
  char* stack_ = nullptr;
  pid_t process_ = -1;
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_CARETAKER_H_
