// Starting and ending the processes of the tests.

#ifndef SHM_RING_PROCESSES_H_
#define SHM_RING_PROCESSES_H_

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {

// Starts a process that does `work`, and ends with what it returns.
inline pid_t Start(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  EXPECT_GT(child, 0);
  return child;
}

// Waits for its end: the exit status, or 100 and the number of the signal.
inline int Await(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

// A bell between processes: one rings, another one waits for it.
class Bell {
 public:
  Bell() { EXPECT_EQ(pipe(ends_), 0); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell() {
    close(ends_[0]);
    close(ends_[1]);
  }
  void Ring() { EXPECT_EQ(write(ends_[1], "!", 1), 1); }
  void Await() {
    char c;
    EXPECT_EQ(read(ends_[0], &c, 1), 1);
  }

 private:
  int ends_[2];
};

// The ring that is there, or a failure of the test.
inline std::unique_ptr<RingUnderTest> AttachExisting(const std::string& name) {
  auto ring = Attach(name);
  EXPECT_TRUE(ring) << "create has returned, and attach finds nothing";
  if (!ring) _exit(1);
  return ring;
}

inline std::string InWords(const std::optional<Item>& item) {
  if (!item) return "nothing";
  return std::to_string(item->number) +
         (item->twice == 2 * item->number ? "" : " and something that is not its double");
}

}  // namespace exercise

#endif  // SHM_RING_PROCESSES_H_
