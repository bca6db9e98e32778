// What processes may see of each other, and what they leave behind. Isolated.* pass; those of Broken.* fail, at the
// lines marked `// NAME`.
#include "racecourse/isolation.h"

#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "racecourse/schedule_test.h"

namespace {

int canary = 7;

// All that a child changes in its own surroundings.
void ChangeEverything() {
  canary = 8;
  setenv("RACECOURSE_TEST", "changed", 1);
  EXPECT_EQ(chdir("/"), 0);
  umask(0);
  signal(SIGUSR1, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  close(0);
  EXPECT_GE(open("/dev/null", O_RDWR), 0);
}

}  // namespace

SCHEDULE_TEST(Isolated, ChildChangesOnlyItself) {
  const auto before = racecourse::Surroundings::Now();
  const pid_t child = fork();
  if (child == 0) {
    ChangeEverything();
    EXPECT_FALSE(racecourse::Surroundings::Now().ChangesSince(before).empty());
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_ISOLATED(canary == 7);
  EXPECT_ISOLATED(racecourse::Surroundings::Now().ChangesSince(before).empty());
}

SCHEDULE_TEST(Isolated, DescriptorsAreClosed) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    EXPECT_NO_DESCRIPTOR_LEAK(ends[1]);
    EXPECT_EQ(write(ends[1], "x", 1), 1);
    _exit(0);
  }
  close(ends[1]);
  char c;
  EXPECT_EQ(read(ends[0], &c, 1), 1);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(ends[0]);
  const int file = open("/dev/zero", O_RDONLY);
  close(file);
  EXPECT_NO_DESCRIPTOR_LEAK();
}

SCHEDULE_TEST(Isolated, NamesAreRemoved) {
  const int memory = shm_open("/left", O_CREAT | O_RDWR, 0600);
  sem_t* semaphore = sem_open("/left", O_CREAT, 0600, 1);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(sem_unlink("/left"), 0);
    _exit(0);
  }
  sem_wait(semaphore);
  waitpid(child, nullptr, 0);
  sem_close(semaphore);
  close(memory);
  EXPECT_EQ(shm_unlink("/left"), 0);
}

SCHEDULE_TEST(Broken, PipeIsLeftOpen) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);  // PipeIsLeftOpen
  close(ends[0]);
  EXPECT_NO_DESCRIPTOR_LEAK();
}

SCHEDULE_TEST(Broken, FileIsLeftOpen) {
  EXPECT_GE(open("/dev/null", O_RDONLY), 0);
  EXPECT_NO_DESCRIPTOR_LEAK();  // FileIsLeftOpen
}

SCHEDULE_TEST(Broken, ChildInheritsTooMuch) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);  // ChildInheritsTooMuch
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_NO_DESCRIPTOR_LEAK(ends[1]);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

SCHEDULE_TEST(Broken, MemoryIsShared) {
  auto* shared_canary =
      static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = fork();
  if (child == 0) {
    *shared_canary = 8;
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_ISOLATED(*shared_canary == 0);  // MemoryIsShared
}

SCHEDULE_TEST(Broken, OffsetIsShared) {
  const int file = open("/proc/self/exe", O_RDONLY);
  const auto before = racecourse::Surroundings::Now();
  const pid_t child = fork();
  if (child == 0) {
    char c;
    EXPECT_EQ(read(file, &c, 1), 1);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_ISOLATED(racecourse::Surroundings::Now().ChangesSince(before).empty());  // OffsetIsShared
  close(file);
}

SCHEDULE_TEST(Broken, SharedMemoryIsLeft) {
  const pid_t child = fork();
  if (child == 0) {
    close(shm_open("/left", O_CREAT | O_RDWR, 0600));  // SharedMemoryIsLeft
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

SCHEDULE_TEST(Broken, SemaphoreIsLeft) {
  sem_t* semaphore = sem_open("/left", O_CREAT, 0600, 1);  // SemaphoreIsLeft
  sem_close(semaphore);
}
