// Programs that processes of a test become: exec, posix_spawn, system, popen. Program.* pass; those of Broken.* fail,
// at the lines marked `// NAME`.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

// What the child's status says if it ended by itself, else 256 plus the signal.
int Await(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

std::string ReadAll(int fd) {
  std::string all;
  char buffer[64];
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<size_t>(got));
  return all;
}

pid_t StartShell(const char* command) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command, nullptr);
    _exit(127);
  }
  return child;
}

}  // namespace

SCHEDULE_TEST(Program, EndsWithItsStatus) { EXPECT_EQ(Await(StartShell("exit 7")), 7); }

SCHEDULE_TEST(Program, EndsByASignal) { EXPECT_EQ(Await(StartShell("kill -TERM $$")), 256 + SIGTERM); }

// Whoever is back from vfork knows what the child did before.
SCHEDULE_TEST(Program, IsStartedAfterWhatVforkDid) {
  void* memory = mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int* shared = static_cast<int*>(memory);
  for (const bool executes : {true, false}) {
    const pid_t child = vfork();
    if (child == 0) {
      ++*shared;
      if (executes) execl("/bin/true", "true", nullptr);
      _exit(0);
    }
    ++*shared;
    EXPECT_EQ(Await(child), 0);
  }
  EXPECT_EQ(*shared, 4);
}

SCHEDULE_TEST(Program, IsNotThere) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/nowhere/at/all", "all", nullptr);
    _exit(errno == ENOENT ? 1 : 2);
  }
  EXPECT_EQ(Await(child), 1);
}

SCHEDULE_TEST(Program, MayNotBeRun) {
  const pid_t child = fork();
  if (child == 0) {
    char* const arguments[] = {const_cast<char*>("passwd"), nullptr};
    execv("/etc/passwd", arguments);
    _exit(errno == EACCES ? 1 : 2);
  }
  EXPECT_EQ(Await(child), 1);
}

SCHEDULE_TEST(Program, IsFoundInPath) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    execlp("echo", "echo", "one", "two", nullptr);
    _exit(127);
  }
  close(ends[1]);
  EXPECT_EQ(ReadAll(ends[0]), "one two\n");
  close(ends[0]);
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Program, GetsItsEnvironment) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    char* const environment[] = {const_cast<char*>("COLOUR=green"), nullptr};
    execle("/bin/sh", "sh", "-c", "echo $COLOUR $RACECOURSE", nullptr, environment);
    _exit(127);
  }
  close(ends[1]);
  EXPECT_EQ(ReadAll(ends[0]), "green\n");
  close(ends[0]);
  EXPECT_EQ(Await(child), 0);
}

// The program waits for its input, is woken by it, and again.
SCHEDULE_TEST(Program, FiltersWhatItGets) {
  int to[2];
  int from[2];
  EXPECT_EQ(pipe2(to, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(from, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    execlp("cat", "cat", nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  char answer[4] = "";
  EXPECT_EQ(write(to[1], "ab", 2), 2);
  EXPECT_EQ(read(from[0], answer, sizeof answer), 2);
  EXPECT_EQ(write(to[1], "cd", 2), 2);
  EXPECT_EQ(read(from[0], answer, sizeof answer), 2);
  EXPECT_EQ(std::string(answer, 2), "cd");
  close(to[1]);
  EXPECT_EQ(read(from[0], answer, sizeof answer), 0);
  close(from[0]);
  EXPECT_EQ(Await(child), 0);
}

// The program itself starts others, one of which waits for input.
SCHEDULE_TEST(Program, HasChildrenOfItsOwn) {
  int to[2];
  EXPECT_EQ(pipe2(to, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(to[0], 0);
    execl("/bin/sh", "sh", "-c", "test \"$(cat | cat)\" = abc; exit $?", nullptr);
    _exit(127);
  }
  close(to[0]);
  std::thread writer([&] {
    EXPECT_EQ(write(to[1], "abc", 3), 3);
    close(to[1]);
  });
  EXPECT_EQ(Await(child), 0);
  writer.join();
}

// Real time passes for it when nobody else has anything to do.
SCHEDULE_TEST(Program, Sleeps) { EXPECT_EQ(Await(StartShell("sleep 0.05; exit 3")), 3); }

SCHEDULE_TEST(Program, IsPolledWhileItSleeps) {
  const pid_t child = StartShell("sleep 0.05; exit 3");
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) usleep(1000);
  EXPECT_EQ(WEXITSTATUS(status), 3);
}

SCHEDULE_TEST(Program, IsKilledInItsSleep) {
  const pid_t child = fork();
  if (child == 0) {
    execlp("sleep", "sleep", "1000", nullptr);
    _exit(127);
  }
  EXPECT_EQ(kill(child, SIGTERM), 0);
  EXPECT_EQ(Await(child), 256 + SIGTERM);
}

SCHEDULE_TEST(Program, KeepsIgnoredSignalsAndMask) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, [](int) {});
    execl("/bin/sh", "sh", "-c", "kill -USR1 $$; kill -USR2 $$; exit 1", nullptr);
    _exit(127);
  }
  EXPECT_EQ(Await(child), 256 + SIGUSR2);
}

SCHEDULE_TEST(Program, EndsTheOtherThreads) {
  const pid_t child = fork();
  if (child == 0) {
    std::thread forever([] { pause(); });
    execl("/bin/sh", "sh", "-c", "exit 5", nullptr);
    _exit(127);
  }
  EXPECT_EQ(Await(child), 5);
}

SCHEDULE_TEST(Program, StartsFromADescriptor) {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);
    char* const arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"), const_cast<char*>("exit 6"), nullptr};
    fexecve(fd, arguments, environ);
    _exit(127);
  }
  EXPECT_EQ(Await(child), 6);
}

SCHEDULE_TEST(Program, FollowsVfork) {
  const pid_t child = vfork();
  if (child == 0) {
    execl("/bin/true", "true", nullptr);
    _exit(127);
  }
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Program, IsSpawned) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  EXPECT_EQ(posix_spawn_file_actions_init(&actions), 0);
  EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, ends[1], 1), 0);
  EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), 0);
  EXPECT_EQ(posix_spawn_file_actions_addchdir_np(&actions, "/"), 0);
  char* const arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"), const_cast<char*>("cat; pwd"), nullptr};
  pid_t child = 0;
  EXPECT_EQ(posix_spawnp(&child, "sh", &actions, nullptr, arguments, environ), 0);
  EXPECT_EQ(posix_spawn_file_actions_destroy(&actions), 0);
  close(ends[1]);
  EXPECT_EQ(ReadAll(ends[0]), "/\n");
  close(ends[0]);
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Program, CannotBeSpawned) {
  char* const arguments[] = {const_cast<char*>("nothing"), nullptr};
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, "/nowhere/nothing", nullptr, nullptr, arguments, environ), ENOENT);
  EXPECT_EQ(wait(nullptr), -1);
  EXPECT_EQ(errno, ECHILD);
}

SCHEDULE_TEST(Program, IsRunByTheShell) {
  const int status = system("exit 4");
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 4);
}

SCHEDULE_TEST(Program, IsReadFrom) {
  FILE* stream = popen("echo first; echo second", "r");
  char line[32] = "";
  EXPECT_NE(fgets(line, sizeof line, stream), nullptr);
  EXPECT_STREQ(line, "first\n");
  EXPECT_NE(fgets(line, sizeof line, stream), nullptr);
  EXPECT_STREQ(line, "second\n");
  EXPECT_EQ(fgets(line, sizeof line, stream), nullptr);
  EXPECT_EQ(pclose(stream), 0);
}

SCHEDULE_TEST(Program, IsWrittenTo) {
  FILE* stream = popen("read line; test \"$line\" = hello", "w");
  fprintf(stream, "hello\n");
  EXPECT_EQ(pclose(stream), 0);
}

// What a writer did before is known to who reads behind the program.
SCHEDULE_TEST(Program, PassesKnowledgeOn) {
  int to[2];
  int from[2];
  EXPECT_EQ(pipe2(to, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(from, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    execlp("cat", "cat", nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  int shared = 0;
  std::thread writer([&] {
    shared = 1;
    EXPECT_EQ(write(to[1], "x", 1), 1);
    close(to[1]);
  });
  char byte;
  EXPECT_EQ(read(from[0], &byte, 1), 1);
  EXPECT_EQ(shared, 1);
  writer.join();
  close(from[0]);
  EXPECT_EQ(Await(child), 0);
}

// The program inherits the writing end of the pipe that it reads.
SCHEDULE_TEST(Broken, HoldsItsOwnInputOpen) {
  int to[2];
  EXPECT_EQ(pipe(to), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(to[0], 0);
    close(to[0]);
    execlp("cat", "cat", nullptr);  // HoldsItsOwnInputOpen
    _exit(127);
  }
  close(to[0]);
  close(to[1]);
  Await(child);
}

SCHEDULE_TEST(Broken, NobodyWaitsForTheProgram) {
  StartShell("exit 0");  // NobodyWaitsForTheProgram
}

SCHEDULE_TEST(Broken, ReplacesTheTest) {
  execl("/bin/true", "true", nullptr);  // ReplacesTheTest
}

SCHEDULE_TEST(Broken, TakesTheShellFirst) {
  int seen = 0;
  const pid_t child = StartShell("exit 1");
  std::thread other([&] { seen = 1; });
  const int status = Await(child);
  EXPECT_EQ(status + seen, 1);  // TakesTheShellFirst
  other.join();
}
