// Process groups, sessions, adoption of orphans and the rest of prctl. Group.*, Orphan.* and Many.* pass; those of
// Broken.* fail, at the lines marked `// NAME`.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <thread>

extern "C" {  // which the header of glibc 2.36 does not say
#include <sys/pidfd.h>
}

#include "racecourse/schedule_test.h"

namespace {

// What the child's status says if it ended by itself, else 256 plus the signal.
int Await(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

// A child that does nothing until a signal ends it.
pid_t Sleeper() {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  return child;
}

// A child in a group of its own, or in `group`; both sides see to that.
pid_t SleeperIn(pid_t group) {
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, group);
    for (;;) pause();
  }
  setpgid(child, group);
  return child;
}

struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    for (const int end : ends) {
      if (fcntl(end, F_GETFD) >= 0) close(end);
    }
  }
  template <class Value>
  void Send(Value value) const {
    EXPECT_EQ(write(ends[1], &value, sizeof value), static_cast<ssize_t>(sizeof value));
  }
  template <class Value>
  Value Receive() const {
    Value value;
    EXPECT_EQ(read(ends[0], &value, sizeof value), static_cast<ssize_t>(sizeof value));
    return value;
  }
  int ends[2];
};

}  // namespace

SCHEDULE_TEST(Group, ChildrenAreInThatOfTheirParent) {
  EXPECT_EQ(getpgrp(), getpid());
  EXPECT_EQ(getpgid(0), getpid());
  EXPECT_EQ(getsid(0), getppid());
  const pid_t group = getpgrp();
  const pid_t session = getsid(0);
  const pid_t child = fork();
  if (child == 0) _exit(getpgrp() == group && getsid(0) == session ? 0 : 1);
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(getpgid(child), -1);
  EXPECT_EQ(errno, ESRCH);
}

SCHEDULE_TEST(Group, ParentAndChildBothMakeIt) {
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(setpgid(0, 0), 0);
    _exit(getpgrp() == getpid() ? 0 : 1);
  }
  // Until it is waited for it can be moved, even if it has ended.
  EXPECT_EQ(setpgid(child, child), 0);
  EXPECT_EQ(getpgid(child), child);
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Group, ErrorsAreThoseOfPosix) {
  EXPECT_EQ(setpgid(0, -1), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(setpgid(1, 0), -1);
  EXPECT_EQ(errno, ESRCH);
  EXPECT_EQ(setpgid(0, getpid() + 1000), -1);
  EXPECT_EQ(errno, EPERM);
  // Who leads a group cannot begin a session.
  EXPECT_EQ(setsid(), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(killpg(getpid() + 1000, SIGTERM), -1);
  EXPECT_EQ(errno, ESRCH);
  EXPECT_EQ(waitpid(0, nullptr, 0), -1);
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(waitid(P_PID, 0, nullptr, WEXITED), -1);
  EXPECT_EQ(errno, EINVAL);
  siginfo_t info;
  EXPECT_EQ(waitid(P_ALL, 0, &info, 0), -1);
  EXPECT_EQ(errno, EINVAL);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(setsid(), getpid());
    EXPECT_EQ(getsid(0), getpid());
    EXPECT_EQ(getpgrp(), getpid());
    // Who leads a session stays in its group.
    EXPECT_EQ(setpgid(0, 0), -1);
    EXPECT_EQ(errno, EPERM);
    // Not in the session of its parent any more.
    EXPECT_EQ(setpgid(0, getppid()), -1);
    EXPECT_EQ(errno, EPERM);
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Group, OfAnotherSessionIsOutOfReach) {
  const Pipe ready;
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    ready.Send('x');
    for (;;) pause();
  }
  ready.Receive<char>();
  EXPECT_EQ(setpgid(child, child), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(getsid(child), child);
  EXPECT_EQ(kill(child, SIGTERM), 0);
  EXPECT_EQ(Await(child), 256 + SIGTERM);
}

SCHEDULE_TEST(Group, IsKilledAtOnce) {
  const pid_t first = SleeperIn(0);
  const pid_t second = SleeperIn(first);
  const pid_t other = Sleeper();
  EXPECT_EQ(kill(-first, 0), 0);
  EXPECT_EQ(killpg(first, SIGTERM), 0);
  EXPECT_EQ(Await(first), 256 + SIGTERM);
  EXPECT_EQ(Await(second), 256 + SIGTERM);
  EXPECT_EQ(kill(-first, 0), -1);
  EXPECT_EQ(errno, ESRCH);
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0);
  EXPECT_EQ(kill(other, SIGKILL), 0);
  EXPECT_EQ(Await(other), 256 + SIGKILL);
}

SCHEDULE_TEST(Group, OwnOneGetsItToo) {
  static int handled;
  handled = 0;
  struct sigaction action = {};
  action.sa_handler = [](int) { ++handled; };
  sigaction(SIGUSR1, &action, nullptr);
  const Pipe ready;
  const pid_t child = fork();
  if (child == 0) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    ready.Send('x');
    while (handled == 0) {
      sigset_t none;
      sigemptyset(&none);
      sigsuspend(&none);
    }
    _exit(handled);
  }
  const pid_t outside = SleeperIn(0);
  ready.Receive<char>();
  EXPECT_EQ(kill(0, SIGUSR1), 0);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(Await(child), 1);
  kill(outside, SIGKILL);
  EXPECT_EQ(Await(outside), 256 + SIGKILL);
}

SCHEDULE_TEST(Group, AllButTheSenderAreKilled) {
  const pid_t first = SleeperIn(0);
  const pid_t second = Sleeper();
  EXPECT_EQ(kill(-1, SIGKILL), 0);
  EXPECT_EQ(Await(first), 256 + SIGKILL);
  EXPECT_EQ(Await(second), 256 + SIGKILL);
}

SCHEDULE_TEST(Group, IsWaitedFor) {
  const pid_t first = SleeperIn(0);
  const pid_t other = fork();
  if (other == 0) _exit(3);
  const pid_t second = SleeperIn(first);
  killpg(first, SIGTERM);
  int status = 0;
  pid_t ended = waitpid(-first, &status, 0);
  EXPECT_EQ(ended == first || ended == second, true);
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  siginfo_t info = {};
  EXPECT_EQ(waitid(P_PGID, first, &info, WEXITED), 0);
  EXPECT_EQ(info.si_pid, ended == first ? second : first);
  EXPECT_EQ(info.si_code, CLD_KILLED);
  EXPECT_EQ(waitpid(-first, nullptr, 0), -1);
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(waitpid(0, &status, 0), other);
  EXPECT_EQ(WEXITSTATUS(status), 3);
}

SCHEDULE_TEST(Group, IsGivenToTheSpawned) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, getpid() + 1000);
  pid_t child = 0;
  const char* const arguments[] = {"true", nullptr};
  EXPECT_EQ(posix_spawnp(&child, "true", nullptr, &attributes, const_cast<char* const*>(arguments), environ), EPERM);
  posix_spawnattr_setpgroup(&attributes, 0);
  EXPECT_EQ(posix_spawnp(&child, "true", nullptr, &attributes, const_cast<char* const*>(arguments), environ), 0);
  EXPECT_EQ(getpgid(child), child);
  // It is another program already.
  EXPECT_EQ(setpgid(child, getpgrp()), -1);
  EXPECT_EQ(errno, EACCES);
  EXPECT_EQ(Await(child), 0);
  posix_spawnattr_destroy(&attributes);
}

SCHEDULE_TEST(Orphan, HasInitAsParent) {
  const Pipe ids;
  const Pipe parents;
  const pid_t child = fork();
  if (child == 0) {
    if (fork() == 0) {
      const pid_t parent = ids.Receive<pid_t>();
      // The one that forked it is gone and waited for.
      EXPECT_NE(getppid(), parent);
      parents.Send(getppid());
      _exit(0);
    }
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
  ids.Send(child);
  EXPECT_EQ(parents.Receive<pid_t>(), 1);
  EXPECT_EQ(wait(nullptr), -1);
  EXPECT_EQ(errno, ECHILD);
}

// Init waits for it: whoever asks finds nobody there in the end.
SCHEDULE_TEST(Orphan, DoesNotStayAZombie) {
  const Pipe ids;
  const pid_t child = fork();
  if (child == 0) {
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(0);
    ids.Send(grandchild);
    _exit(0);
  }
  const pid_t grandchild = ids.Receive<pid_t>();
  EXPECT_EQ(Await(child), 0);
  while (kill(grandchild, 0) == 0) {
    const timespec pause = {0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
  EXPECT_EQ(errno, ESRCH);
}

SCHEDULE_TEST(Orphan, IsAdopted) {
  int adopts = -1;
  EXPECT_EQ(prctl(PR_GET_CHILD_SUBREAPER, &adopts), 0);
  EXPECT_EQ(adopts, 0);
  EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  EXPECT_EQ(prctl(PR_GET_CHILD_SUBREAPER, &adopts), 0);
  EXPECT_EQ(adopts, 1);
  const pid_t child = fork();
  if (child == 0) {
    if (fork() == 0) _exit(5);
    _exit(4);
  }
  EXPECT_EQ(Await(child), 4);
  int status = 0;
  EXPECT_NE(wait(&status), -1);
  EXPECT_EQ(WEXITSTATUS(status), 5);
  EXPECT_EQ(wait(nullptr), -1);
}

SCHEDULE_TEST(Orphan, IsAdoptedByTheNearest) {
  const pid_t guard = fork();
  if (guard == 0) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t middle = fork();
    if (middle == 0) {
      if (fork() == 0) {
        const pid_t parent = getppid();
        _exit(parent == 1 ? 9 : 6);
      }
      _exit(4);
    }
    int sum = Await(middle);
    int status = 0;
    EXPECT_NE(wait(&status), -1);
    sum += WEXITSTATUS(status);
    _exit(sum);
  }
  EXPECT_EQ(Await(guard), 10);
}

SCHEDULE_TEST(Orphan, EndsWithItsParent) {
  const Pipe alive;
  const pid_t parent = fork();
  if (parent == 0) {
    const pid_t expected = getpid();
    if (fork() == 0) {
      close(alive.ends[0]);
      EXPECT_EQ(prctl(PR_SET_PDEATHSIG, SIGTERM), 0);
      // The parent may have ended before the call.
      if (getppid() != expected) _exit(0);
      for (;;) pause();
    }
    _exit(0);
  }
  close(alive.ends[1]);
  EXPECT_EQ(Await(parent), 0);
  // The end of file: nobody is left who could write.
  char c;
  EXPECT_EQ(read(alive.ends[0], &c, 1), 0);
}

SCHEDULE_TEST(Orphan, IsToldThatItsParentEnded) {
  int signal = -1;
  EXPECT_EQ(prctl(PR_GET_PDEATHSIG, &signal), 0);
  EXPECT_EQ(signal, 0);
  const Pipe done;
  const pid_t parent = fork();
  if (parent == 0) {
    const Pipe ready;
    if (fork() == 0) {
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, SIGUSR1);
      sigprocmask(SIG_BLOCK, &set, nullptr);
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      ready.Send('x');
      int number = 0;
      sigwait(&set, &number);
      done.Send(number + (getppid() == 1 ? 1000 : 0));
      _exit(0);
    }
    ready.Receive<char>();
    _exit(0);
  }
  EXPECT_EQ(Await(parent), 0);
  EXPECT_EQ(done.Receive<int>(), SIGUSR1 + 1000);
}

// The parent is the thread that forked.
SCHEDULE_TEST(Orphan, ParentIsTheThread) {
  const Pipe ready;
  pid_t child = 0;
  std::thread forker([&] {
    child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      ready.Send('x');
      for (;;) pause();
    }
    ready.Receive<char>();
  });
  forker.join();
  EXPECT_EQ(Await(child), 256 + SIGKILL);
}

// Two threads of one process fork at the same time, and each child forks again.
SCHEDULE_TEST(Orphan, TwoForkers) {
  const Pipe ends;
  const auto fork_twice = [&] {
    const pid_t child = fork();
    if (child == 0) {
      if (fork() == 0) {
        close(ends.ends[1]);
        _exit(0);
      }
      _exit(7);
    }
    EXPECT_EQ(Await(child), 7);
  };
  std::thread other(fork_twice);
  fork_twice();
  other.join();
  EXPECT_EQ(waitpid(-1, nullptr, 0), -1);
}

// The numbers of orphans that have ended are free again.
SCHEDULE_TEST(Many, OrphansOneAfterTheOther) {
  for (int i = 0; i < 40; ++i) {
    const Pipe ends;
    const pid_t child = fork();
    if (child == 0) {
      if (fork() == 0) _exit(0);
      _exit(0);
    }
    Await(child);
    close(ends.ends[1]);
    char c;
    EXPECT_EQ(read(ends.ends[0], &c, 1), 0);
  }
}

SCHEDULE_TEST(Group, NamesOfThreads) {
  char name[16];
  EXPECT_EQ(prctl(PR_SET_NAME, "a name that is too long"), 0);
  EXPECT_EQ(prctl(PR_GET_NAME, name), 0);
  EXPECT_EQ(strcmp(name, "a name that is "), 0);
  EXPECT_EQ(pthread_getname_np(pthread_self(), name, sizeof name), 0);
  EXPECT_EQ(strcmp(name, "a name that is "), 0);
}

SCHEDULE_TEST(Group, SystemCallTellsTheSameId) {
  EXPECT_EQ(syscall(SYS_getpid), getpid());
  const pid_t child = fork();
  if (child == 0) _exit(syscall(SYS_getpid) == getpid() ? 0 : 1);
  EXPECT_EQ(Await(child), 0);
}

// The signal goes to a group that the child may not have made yet.
SCHEDULE_TEST(Broken, GroupIsNotThereYet) {
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    for (;;) pause();
  }
  EXPECT_EQ(killpg(child, SIGTERM), 0);  // GroupIsNotThereYet
  waitpid(child, nullptr, 0);            // GroupIsNotThereYet
}

// It ends by itself where its parent still lived when it asked, and lives for ever where it asked too late.
SCHEDULE_TEST(Broken, AskedTooLate) {
  const pid_t parent = fork();
  if (parent == 0) {
    if (fork() == 0) {  // AskedTooLate
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      for (;;) pause();  // AskedTooLate
    }
    _exit(0);
  }
  EXPECT_EQ(Await(parent), 0);
}

// One of its two groups is forgotten.
SCHEDULE_TEST(Broken, WaitsForTheWrongGroup) {
  const pid_t child = SleeperIn(0);
  kill(child, SIGTERM);
  EXPECT_EQ(waitpid(0, nullptr, 0), child);  // WaitsForTheWrongGroup
}

SCHEDULE_TEST(Broken, DescriptorOfAProcess) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  const int fd = pidfd_open(child, 0);  // DescriptorOfAProcess
  close(fd);
  Await(child);
}

SCHEDULE_TEST(Broken, OptionOfPrctl) {
  prctl(PR_SET_DUMPABLE, 0);  // OptionOfPrctl
}

SCHEDULE_TEST(Broken, DescriptorOfSignals) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  close(signalfd(-1, &set, 0));  // DescriptorOfSignals
}
