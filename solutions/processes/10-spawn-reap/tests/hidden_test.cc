// The tests that students do not see. As in the public ones, all that is expected holds in every schedule of a right
// program. That no process is left over is looked after by the framework, in every test.

#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <system_error>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using Words = std::vector<std::string>;

std::string OpenDescriptors() {
  std::string open;
  for (int fd = 3; fd < 64; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open += " " + std::to_string(fd);
  }
  return open;
}

// What several processes see.
template <class T>
T* Shared() {
  void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_NE(memory, MAP_FAILED);
  return static_cast<T*>(memory);
}

// Two programs that wait for each other: they end only if they run at the same time.
SCHEDULE_TEST(Parallel, AsManyAsAllowed) {
  struct Meeting {
    sem_t here[2];
  };
  auto* meeting = Shared<Meeting>();
  for (sem_t& semaphore : meeting->here) sem_init(&semaphore, 1, 0);
  AddProgram("meet", [meeting](const Words& argv) {
    const int self = std::stoi(argv[1]);
    sem_post(&meeting->here[self]);
    sem_wait(&meeting->here[1 - self]);
    return self;
  });
  EXPECT_EQ(MakeLauncher()->RunAll({{{"meet", "0"}, "", {}}, {{"meet", "1"}, "", {}}}, 2), (Words{"exit 0", "exit 1"}));
}

SCHEDULE_TEST(Parallel, NotMoreThanAllowed) {
  struct Count {
    std::atomic<int> running;
    std::atomic<int> most;
  };
  auto* count = Shared<Count>();
  AddProgram("count", [count](const Words&) {
    const int running = ++count->running;
    int most = count->most;
    while (running > most && !count->most.compare_exchange_strong(most, running)) {
    }
    usleep(1000);  // Whoever may run beside comes in this time.
    --count->running;
    return 0;
  });
  const std::vector<CommandLine> commands(4, {{"count"}, "", {}});
  EXPECT_EQ(MakeLauncher()->RunAll(commands, 2), Words(4, "exit 0"));
  EXPECT_LE(count->most.load(), 2) << "programs ran at the same time";
}

// A place that is free is taken at once, whichever of those that run has ended.
SCHEDULE_TEST(Parallel, AFreePlaceIsUsed) {
  auto* second_may_go = Shared<sem_t>();
  sem_init(second_may_go, 1, 0);
  AddProgram("wait", [&](const Words&) {
    sem_wait(second_may_go);
    return 1;
  });
  AddProgram("pass", [](const Words&) { return 2; });
  AddProgram("wake", [&](const Words&) {
    sem_post(second_may_go);
    return 3;
  });
  EXPECT_EQ(MakeLauncher()->RunAll({{{"wait"}, "", {}}, {{"pass"}, "", {}}, {{"wake"}, "", {}}}, 2),
            (Words{"exit 1", "exit 2", "exit 3"}));
}

// A child of the caller's own is none of the launcher's business.
SCHEDULE_TEST(Strangers, AreLeftAlone) {
  AddProgram("five", [](const Words&) { return 5; });
  const pid_t stranger = fork();
  if (stranger == 0) _exit(9);
  const auto launcher = MakeLauncher();
  EXPECT_EQ(launcher->Wait(launcher->Start({{"five"}, "", {}})), "exit 5");
  EXPECT_EQ(launcher->RunAll({{{"five"}, "", {}}, {{"five"}, "", {}}}, 1), (Words{"exit 5", "exit 5"}));
  int status = 0;
  EXPECT_EQ(waitpid(stranger, &status, 0), stranger) << "somebody else has waited for the caller's own child";
  EXPECT_EQ(WEXITSTATUS(status), 9);
}

// A signal with a handler may come while the launcher waits, and is no end of anything.
SCHEDULE_TEST(Signals, DoNotEndTheWaiting) {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  EXPECT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
  const pid_t caller = getpid();
  AddProgram("pester", [caller](const Words&) {
    kill(caller, SIGUSR1);
    return 4;
  });
  const auto launcher = MakeLauncher();
  EXPECT_EQ(launcher->Wait(launcher->Start({{"pester"}, "", {}})), "exit 4");
  EXPECT_EQ(launcher->RunAll({{{"pester"}, "", {}}, {{"pester"}, "", {}}}, 2), (Words{"exit 4", "exit 4"}));
}

// What the caller has printed and not yet written belongs to the caller.
SCHEDULE_TEST(Streams, AreWrittenOnce) {
  FILE* file = tmpfile();
  EXPECT_NE(file, nullptr);
  fputs("once.", file);
  const auto launcher = MakeLauncher();
  EXPECT_EQ(launcher->Wait(launcher->Start({{"no such program"}, "", {}})), "error 2");
  fflush(file);
  EXPECT_EQ(lseek(fileno(file), 0, SEEK_END), 5) << "bytes in the file; the caller has printed five";
  fclose(file);
}

SCHEDULE_TEST(Descriptors, AreAsBefore) {
  AddProgram("look", [before = OpenDescriptors()](const Words&) {
    EXPECT_EQ(OpenDescriptors(), before) << "what the program has open, and what its caller had";
    return 0;
  });
  const std::string before = OpenDescriptors();
  const auto launcher = MakeLauncher();
  EXPECT_EQ(launcher->Wait(launcher->Start({{"look"}, "", {}})), "exit 0");
  EXPECT_EQ(launcher->Wait(launcher->Start({{"no such program"}, "", {}})), "error 2");
  EXPECT_EQ(OpenDescriptors(), before) << "what the caller has open, and had before";
}

// The caller has few descriptors left, at last none. A start fails or works; either way nobody is forgotten.
SCHEDULE_TEST(Shortage, LeavesNobodyBehind) {
  AddProgram("five", [](const Words&) { return 5; });
  const std::string before = OpenDescriptors();
  rlimit old;
  EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const int next = dup(0);
  close(next);
  int failures = 0;
  const auto launcher = MakeLauncher();
  for (int left = 3; left >= 0; --left) {
    rlimit few = old;
    few.rlim_cur = static_cast<rlim_t>(next + left);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    try {
      EXPECT_EQ(launcher->Wait(launcher->Start({{"five"}, "", {}})), "exit 5");
    } catch (const std::system_error&) {
      ++failures;
    }
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  }
  EXPECT_EQ(OpenDescriptors(), before) << "what the caller has open, and had before";
  EXPECT_LT(failures, 4) << "three descriptors are enough to start a program";
}

}  // namespace
}  // namespace exercise
