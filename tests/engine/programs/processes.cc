// Processes under the scheduler. Process.* and Many.* pass; those of Broken.* fail, at the lines marked `// NAME`.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "racecourse/schedule_test.h"

namespace {

// What the child's status says if it ended by itself, else 256 plus the signal.
int Await(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int global = 1;

}  // namespace

SCHEDULE_TEST(Process, ChildEndsWithItsStatus) {
  const pid_t child = fork();
  if (child == 0) _exit(7);
  EXPECT_GT(child, 0);
  EXPECT_EQ(Await(child), 7);
  EXPECT_EQ(wait(nullptr), -1);
  EXPECT_EQ(errno, ECHILD);
}

SCHEDULE_TEST(Process, MemoryIsApart) {
  int local = 1;
  auto* heap = new int(1);
  const pid_t child = fork();
  if (child == 0) {
    global = local = *heap = 2;
    _exit(global + local + *heap);
  }
  EXPECT_EQ(Await(child), 6);
  EXPECT_EQ(global, 1);
  EXPECT_EQ(local, 1);
  EXPECT_EQ(*heap, 1);
  delete heap;
}

SCHEDULE_TEST(Process, PipeFromChildToParent) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    for (const char c : std::string("abc")) EXPECT_EQ(write(ends[1], &c, 1), 1);
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char c;
  while (read(ends[0], &c, 1) == 1) text += c;
  EXPECT_EQ(text, "abc");
  close(ends[0]);
  EXPECT_EQ(Await(child), 0);
}

// What any thread of a process did comes before the end of what the process had open, however it ended.
SCHEDULE_TEST(Process, EndOfPipeOrdersAllOfTheProcess) {
  for (const bool is_killed : {false, true}) {
    int ends[2];
    int ready[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(pipe(ready), 0);
    auto* shared =
        static_cast<std::atomic<int>*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    int* const value = reinterpret_cast<int*>(shared + 1);
    const pid_t child = fork();
    if (child == 0) {
      std::thread other([&] {
        *value = 42;
        shared->store(1, std::memory_order_relaxed);
        for (;;) pause();
      });
      while (shared->load(std::memory_order_relaxed) == 0) sched_yield();
      if (!is_killed) _exit(0);
      write(ready[1], "x", 1);
      for (;;) pause();
    }
    close(ends[1]);
    char c;
    if (is_killed) {
      EXPECT_EQ(read(ready[0], &c, 1), 1);
      kill(child, SIGKILL);
    }
    EXPECT_EQ(read(ends[0], &c, 1), 0);
    EXPECT_EQ(*value, 42);
    for (const int fd : {ends[0], ready[0], ready[1]}) close(fd);
    Await(child);
    munmap(shared, 4096);
  }
}

SCHEDULE_TEST(Process, PingPong) {
  int there[2];
  int back[2];
  EXPECT_EQ(pipe(there), 0);
  EXPECT_EQ(pipe(back), 0);
  const pid_t child = fork();
  if (child == 0) {
    int value = 0;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(read(there[0], &value, sizeof value), 4);
      ++value;
      EXPECT_EQ(write(back[1], &value, sizeof value), 4);
    }
    _exit(value);
  }
  int value = 0;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(write(there[1], &value, sizeof value), 4);
    EXPECT_EQ(read(back[0], &value, sizeof value), 4);
  }
  EXPECT_EQ(value, 3);
  EXPECT_EQ(Await(child), 3);
  for (const int fd : {there[0], there[1], back[0], back[1]}) close(fd);
}

SCHEDULE_TEST(Process, ChildrenWriteInAnyOrder) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  for (int i = 0; i < 2; ++i) {
    if (fork() == 0) {
      const char name = static_cast<char>('a' + i);
      EXPECT_EQ(write(ends[1], &name, 1), 1);
      _exit(0);
    }
  }
  std::string text(2, ' ');
  EXPECT_EQ(read(ends[0], &text[0], 1), 1);
  EXPECT_EQ(read(ends[0], &text[1], 1), 1);
  SOMETIMES(text == "ab");
  SOMETIMES(text == "ba");
  EXPECT_GT(wait(nullptr), 0);
  EXPECT_GT(wait(nullptr), 0);
  close(ends[0]);
  close(ends[1]);
}

// More than the explorer has puppets for at first: it starts again with more, while the children of its predecessor,
// most of which never had a turn, wait for one.
SCHEDULE_TEST(Many, FortyAtOnce) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 40; ++i) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    close(ends[1]);
    char c;
    _exit(read(ends[0], &c, 1) == 0 ? 5 : 6);
  }
  close(ends[0]);
  close(ends[1]);
  for (const pid_t child : children) EXPECT_EQ(Await(child), 5);
}

SCHEDULE_TEST(Process, IdsAreTheSameInEveryExecution) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  EXPECT_EQ(getpid(), 4242);
  const pid_t child = fork();
  if (child == 0) {
    const pid_t ids[2] = {getpid(), getppid()};
    EXPECT_EQ(write(ends[1], ids, sizeof ids), static_cast<ssize_t>(sizeof ids));
    _exit(0);
  }
  EXPECT_EQ(child, 4243);
  pid_t ids[2];
  EXPECT_EQ(read(ends[0], ids, sizeof ids), static_cast<ssize_t>(sizeof ids));
  EXPECT_EQ(ids[0], child);
  EXPECT_EQ(ids[1], 4242);
  EXPECT_EQ(Await(child), 0);
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Process, WaitWithoutHanging) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  int status;
  int rounds = 0;
  pid_t got;
  while ((got = waitpid(child, &status, WNOHANG)) == 0) ++rounds;
  EXPECT_EQ(got, child);
  SOMETIMES(rounds > 0);
}

SCHEDULE_TEST(Process, ThreadsInBoth) {
  const pid_t child = fork();
  int sum = 0;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 1; i <= 2; ++i) {
    threads.emplace_back([&, i] {
      const std::lock_guard lock(mutex);
      sum += i;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, 3);
  if (child == 0) _exit(sum);
  EXPECT_EQ(Await(child), 3);
}

SCHEDULE_TEST(Process, ForkFromAThread) {
  int value = 1;
  std::thread thread([&] {
    const pid_t child = fork();
    if (child == 0) {
      ++value;
      _exit(value);
    }
    EXPECT_EQ(Await(child), 2);
  });
  thread.join();
  EXPECT_EQ(value, 1);
}

SCHEDULE_TEST(Process, Grandchild) {
  const pid_t child = fork();
  if (child == 0) {
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(3);
    _exit(Await(grandchild) + 1);
  }
  EXPECT_EQ(Await(child), 4);
}

SCHEDULE_TEST(Process, KilledChildHasItsSignalAsStatus) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    char c;
    for (;;) {
      if (read(ends[0], &c, 1) < 0) _exit(1);
    }
  }
  EXPECT_EQ(kill(child, SIGKILL), 0);
  EXPECT_EQ(Await(child), 256 + SIGKILL);
  EXPECT_EQ(kill(child, 0), -1);
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Process, CrashOfAChildStaysInTheChild) {
  const pid_t child = fork();
  if (child == 0) {
    volatile int* nowhere = nullptr;
    *nowhere = 1;
    _exit(0);
  }
  EXPECT_EQ(Await(child), 256 + SIGSEGV);
}

SCHEDULE_TEST(Process, BufferedOutputOfAChildThatExits) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    printf("hello");
    exit(0);
  }
  close(ends[1]);
  std::string text;
  char c;
  while (read(ends[0], &c, 1) == 1) text += c;
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(Await(child), 0);
  close(ends[0]);
}

SCHEDULE_TEST(Process, SocketPairAcrossProcesses) {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    char text[6] = {};
    EXPECT_EQ(recv(ends[1], text, 5, MSG_WAITALL), 5);
    EXPECT_EQ(send(ends[1], text, 5, 0), 5);
    _exit(0);
  }
  close(ends[1]);
  EXPECT_EQ(send(ends[0], "hel", 3, 0), 3);
  EXPECT_EQ(send(ends[0], "lo", 2, 0), 2);
  char text[6] = {};
  EXPECT_EQ(recv(ends[0], text, 5, MSG_WAITALL), 5);
  EXPECT_STREQ(text, "hello");
  EXPECT_EQ(Await(child), 0);
  close(ends[0]);
}

SCHEDULE_TEST(Process, AlarmEndsAChild) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(1);
    for (;;) pause();
  }
  EXPECT_EQ(Await(child), 256 + SIGALRM);
}

SCHEDULE_TEST(Process, AlarmEndsAChildThatHangsOnPurpose) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(1);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    std::thread other([&] {
      pthread_mutex_lock(&mutex);
      pthread_mutex_lock(&mutex);
    });
    other.join();
  }
  EXPECT_EQ(Await(child), 256 + SIGALRM);
}

SCHEDULE_TEST(Process, AlarmIsNotInherited) {
  EXPECT_EQ(alarm(10), 0u);
  const pid_t child = fork();
  if (child == 0) _exit(static_cast<int>(alarm(20)));
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(alarm(0), 10u);
}

SCHEDULE_TEST(Process, EachHasItsOwnTimers) {
  static volatile int ticks;
  ticks = 0;
  struct sigaction action = {};
  action.sa_handler = [](int) { ticks = ticks + 1; };
  sigaction(SIGALRM, &action, nullptr);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGALRM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const pid_t child = fork();
  const itimerval value = {{0, 10'000}, {0, child == 0 ? 5'000 : 10'000}};
  EXPECT_EQ(setitimer(ITIMER_REAL, &value, nullptr), 0);
  while (ticks < 2) sigsuspend(&before);
  if (child == 0) _exit(ticks);
  const itimerval none = {};
  EXPECT_EQ(setitimer(ITIMER_REAL, &none, nullptr), 0);
  EXPECT_EQ(Await(child), 2);
}

SCHEDULE_TEST(Process, TimerWithAThreadInAChild) {
  const pid_t child = fork();
  if (child == 0) {
    static sem_t ticked;
    sem_init(&ticked, 0, 0);
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval) { sem_post(&ticked); };
    timer_t timer;
    EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    const itimerspec value = {{0, 0}, {0, 10'000'000}};
    EXPECT_EQ(timer_settime(timer, 0, &value, nullptr), 0);
    sem_wait(&ticked);
    _exit(3);
  }
  EXPECT_EQ(Await(child), 3);
}

SCHEDULE_TEST(Process, TimerDescriptorOfBoth) {
  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  const itimerspec value = {{0, 0}, {0, 10'000'000}};
  EXPECT_EQ(timerfd_settime(timer, 0, &value, nullptr), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::uint64_t expired = 0;
    EXPECT_EQ(read(timer, &expired, sizeof expired), 8);
    // From here on it is the child's, which may end with it: nobody waits for it any more.
    EXPECT_EQ(timerfd_settime(timer, 0, &value, nullptr), 0);
    EXPECT_EQ(read(timer, &expired, sizeof expired), 8);
    _exit(static_cast<int>(expired));
  }
  EXPECT_EQ(Await(child), 1);
  close(timer);
}

// What the engine names and does not follow.
SCHEDULE_TEST(Unfollowed, TimerLeftToAnotherProcess) {
  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  const pid_t child = fork();
  const itimerspec value = {{0, 0}, {0, 10'000'000}};
  if (child == 0) {
    timerfd_settime(timer, 0, &value, nullptr);
    _exit(0);
  }
  std::uint64_t expired = 0;
  EXPECT_EQ(read(timer, &expired, sizeof expired), 8);
  EXPECT_EQ(Await(child), 0);
  close(timer);
}

SCHEDULE_TEST(Broken, WriteEndOpenInTheParent) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);  // WriteEndOpenInTheParent
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    char c;
    while (read(ends[0], &c, 1) == 1) {  // WriteEndOpenInTheParent
    }
    _exit(0);
  }
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Broken, NobodyWaits) {
  if (fork() == 0) _exit(0);  // NobodyWaits
}

SCHEDULE_TEST(Broken, StillRunning) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  if (fork() == 0) {  // StillRunning
    char c;
    EXPECT_EQ(read(ends[0], &c, 1), 1);  // StillRunning
    _exit(0);
  }
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Broken, LockCopiedWithoutItsHolder) {
  std::mutex mutex;
  std::thread thread([&] {
    const std::lock_guard lock(mutex);
    std::this_thread::yield();
  });
  const pid_t child = fork();
  if (child == 0) {
    mutex.lock();  // LockCopiedWithoutItsHolder
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
  thread.join();
}

SCHEDULE_TEST(Broken, CrashThatNobodyLooksAt) {
  if (fork() == 0) {
    volatile int* nowhere = nullptr;
    *nowhere = 1;  // CrashThatNobodyLooksAt
  }
  EXPECT_GT(wait(nullptr), 0);
}

SCHEDULE_TEST(Broken, ExpectationInTheChild) {
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(1 + global, 3);  // ExpectationInTheChild
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Broken, ChildReturns) {
  fork();  // ChildReturns
  wait(nullptr);
}

SCHEDULE_TEST(Broken, RaceBetweenThreadsOfTheChild) {
  const pid_t child = fork();
  if (child == 0) {
    int sum = 0;
    std::thread thread([&] { ++sum; });  // RaceBetweenThreadsOfTheChild
    ++sum;                               // RaceBetweenThreadsOfTheChild
    thread.join();
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
}

namespace {

template <typename T>
T* Shared() {
  void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_NE(memory, MAP_FAILED);
  return static_cast<T*>(memory);
}

struct Counter {
  pthread_mutex_t mutex;
  int value;
};

Counter* NewCounter(bool is_robust = false) {
  auto* counter = Shared<Counter>();
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (is_robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&counter->mutex, &attributes);
  return counter;
}

}  // namespace

SCHEDULE_TEST(Process, MutexInSharedMemory) {
  Counter* counter = NewCounter();
  const auto add = [&] {
    pthread_mutex_lock(&counter->mutex);
    const int before = counter->value;
    counter->value = before + 1;
    pthread_mutex_unlock(&counter->mutex);
  };
  const pid_t child = fork();
  if (child == 0) {
    add();
    _exit(0);
  }
  add();
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(counter->value, 2);
  EXPECT_EQ(munmap(counter, sizeof *counter), 0);
}

SCHEDULE_TEST(Process, RobustMutexOfAChildThatDies) {
  Counter* counter = NewCounter(true);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&counter->mutex);
    counter->value = 5;
    _exit(0);
  }
  const int result = pthread_mutex_lock(&counter->mutex);
  SOMETIMES(result == EOWNERDEAD);
  SOMETIMES(result == 0);
  if (result == EOWNERDEAD) {
    EXPECT_EQ(counter->value, 5);
    EXPECT_EQ(pthread_mutex_consistent(&counter->mutex), 0);
  }
  EXPECT_EQ(pthread_mutex_unlock(&counter->mutex), 0);
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Process, SemaphoreAndMemoryByName) {
  sem_t* ready = sem_open("/racecourse-ready", O_CREAT | O_EXCL, 0600, 0);
  EXPECT_NE(ready, SEM_FAILED);
  const int fd = shm_open("/racecourse-value", O_CREAT | O_EXCL | O_RDWR, 0600);
  EXPECT_GE(fd, 0);
  EXPECT_EQ(ftruncate(fd, 4096), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto* value = static_cast<int*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    *value = 42;
    sem_t* mine = sem_open("/racecourse-ready", 0);
    EXPECT_NE(mine, SEM_FAILED);
    sem_post(mine);
    _exit(0);
  }
  auto* value = static_cast<int*>(mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0));
  sem_wait(ready);
  EXPECT_EQ(*value, 42);
  EXPECT_EQ(Await(child), 0);
  close(fd);
  EXPECT_EQ(sem_unlink("/racecourse-ready"), 0);
  EXPECT_EQ(shm_unlink("/racecourse-value"), 0);
}

SCHEDULE_TEST(Process, MemoryByNameBeforeItHasASize) {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = shm_open("/racecourse-size", O_RDONLY, 0);
    if (fd < 0) _exit(2);
    struct stat status = {};
    EXPECT_EQ(fstat(fd, &status), 0);
    _exit(status.st_size == 0 ? 1 : 0);
  }
  const int fd = shm_open("/racecourse-size", O_CREAT | O_EXCL | O_RDWR, 0600);
  EXPECT_EQ(ftruncate(fd, 4096), 0);
  const int seen = Await(child);
  SOMETIMES(seen == 0);
  SOMETIMES(seen == 1);
  SOMETIMES(seen == 2);
  close(fd);
  EXPECT_EQ(shm_unlink("/racecourse-size"), 0);
}

// The thread gets the slot of a process that is no more, and not its handle.
SCHEDULE_TEST(Process, ThreadAfterAChildThatHasEnded) {
  const pid_t first = fork();
  if (first == 0) _exit(9);
  const pid_t second = fork();
  if (second == 0) _exit(1);
  EXPECT_EQ(Await(second), 1);
  int value = 0;
  std::thread thread([&] { value = 1; });
  EXPECT_NE(thread.get_id(), std::this_thread::get_id());
  thread.join();
  EXPECT_EQ(value, 1);
  EXPECT_EQ(Await(first), 9);
}

SCHEDULE_TEST(Process, HandlerOfAnotherProcess) {
  static volatile sig_atomic_t seen;
  seen = 0;
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    struct sigaction action = {};
    action.sa_handler = [](int) { seen = 1; };
    sigaction(SIGUSR1, &action, nullptr);
    EXPECT_EQ(write(ends[1], "r", 1), 1);
    char c;
    while (seen == 0 && read(ends[0], &c, 0) == 0) sched_yield();
    _exit(3);
  }
  char c;
  EXPECT_EQ(read(ends[0], &c, 1), 1);
  EXPECT_EQ(kill(child, SIGUSR1), 0);
  EXPECT_EQ(Await(child), 3);
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Broken, RaceAcrossProcesses) {
  int* value = Shared<int>();
  const pid_t child = fork();
  if (child == 0) {
    *value += 1;  // RaceAcrossProcesses
    _exit(0);
  }
  *value += 2;  // RaceAcrossProcesses
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Broken, MutexOfTheDead) {
  Counter* counter = NewCounter();
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&counter->mutex);
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
  pthread_mutex_lock(&counter->mutex);  // MutexOfTheDead
}
