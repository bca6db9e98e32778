// Faults that a test asks for. Faults.* pass; those of Broken.* fail, at the lines marked `// NAME`.
#include "racecourse/faults.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "racecourse/schedule_test.h"

namespace {

constexpr char kText[] = "ten bytes.";
constexpr std::size_t kSize = 10;

// The child sends the text through `to` and ends.
pid_t Sender(int to) {
  const pid_t child = fork();
  if (child != 0) return child;
  std::size_t sent = 0;
  while (sent < kSize) {
    const ssize_t count = write(to, kText + sent, kSize - sent);
    if (count < 0 && errno != EINTR) _exit(1);
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  _exit(0);
}

std::string ReadAll(int from) {
  std::string text;
  for (;;) {
    char buffer[16];
    const ssize_t count = read(from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

// Its status, whatever interrupts the wait.
int Await(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

SCHEDULE_TEST(Faults, CarefulReaderGetsAll) {
  MAY_FAIL(RACECOURSE_SHORT_READS | RACECOURSE_SHORT_WRITES | RACECOURSE_INTERRUPTIONS);
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const pid_t child = Sender(ends[1]);
  close(ends[1]);
  EXPECT_EQ(ReadAll(ends[0]), kText);
  EXPECT_EQ(Await(child), 0);
  close(ends[0]);
}

SCHEDULE_TEST(Faults, EachHappens) {
  MAY_FAIL(RACECOURSE_SHORT_READS | RACECOURSE_INTERRUPTIONS | RACECOURSE_FORK_FAILURES);
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  pid_t child = Sender(ends[1]);
  SOMETIMES(child < 0 && errno == EAGAIN);
  while (child < 0) child = Sender(ends[1]);
  close(ends[1]);
  char buffer[kSize];
  const ssize_t count = read(ends[0], buffer, sizeof buffer);
  SOMETIMES(count < 0 && errno == EINTR);
  SOMETIMES(count == 1);
  SOMETIMES(count == kSize / 2);
  SOMETIMES(count == kSize - 1);
  SOMETIMES(count == kSize);
  int status;
  pid_t ended = waitpid(child, &status, 0);
  SOMETIMES(ended < 0);
  while (ended < 0) ended = waitpid(child, &status, 0);
  close(ends[0]);
}

SCHEDULE_TEST(Faults, SmallWritesToPipesAreWhole) {
  MAY_FAIL(RACECOURSE_SHORT_WRITES);
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  EXPECT_EQ(write(ends[1], kText, kSize), static_cast<ssize_t>(kSize));
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Faults, ChildDiesAnywhere) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(write(ends[1], "x", 1), 1);
    _exit(0);
  }
  MAY_CRASH(child);
  close(ends[1]);
  const std::size_t received = ReadAll(ends[0]).size();
  const int status = Await(child);
  EXPECT_TRUE(WIFSIGNALED(status) || received == 3);
  SOMETIMES(WIFEXITED(status));
  SOMETIMES(WIFSIGNALED(status) && received == 0);
  SOMETIMES(WIFSIGNALED(status) && received == 1);
  SOMETIMES(WIFSIGNALED(status) && received == 2);
  SOMETIMES(WIFSIGNALED(status) && received == 3);
  close(ends[0]);
}

SCHEDULE_TEST(Faults, ChildDiesWhileItWaits) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    char c;
    _exit(read(ends[0], &c, 1) == 0 ? 0 : 1);
  }
  MAY_CRASH(child);
  int status = 0;
  const pid_t early = waitpid(child, &status, WNOHANG);
  SOMETIMES(early == child && WIFSIGNALED(status));
  close(ends[1]);
  if (early == 0) Await(child);
  close(ends[0]);
}

SCHEDULE_TEST(Faults, SignalAtAnyOperation) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    struct sigaction action = {};
    action.sa_handler = [](int) { _exit(9); };
    sigaction(SIGTERM, &action, nullptr);
    EXPECT_EQ(write(ends[1], "r", 1), 1);
    EXPECT_EQ(write(ends[1], "x", 1), 1);
    _exit(0);
  }
  close(ends[1]);
  char c;
  EXPECT_EQ(read(ends[0], &c, 1), 1);
  MAY_SIGNAL(child, SIGTERM);
  const std::size_t received = ReadAll(ends[0]).size();
  const int status = Await(child);
  SOMETIMES(WIFEXITED(status) && WEXITSTATUS(status) == 9 && received == 0);
  SOMETIMES(WIFEXITED(status) && WEXITSTATUS(status) == 0 && received == 1);
  close(ends[0]);
}

SCHEDULE_TEST(Faults, SleepsLeaveTheirRest) {
  MAY_FAIL(RACECOURSE_INTERRUPTIONS);
  timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  timespec rest = {2, 5};
  int interruptions = 0;
  while (nanosleep(&rest, &rest) < 0) {
    EXPECT_EQ(errno, EINTR);
    EXPECT_TRUE(rest.tv_sec <= 2 && (rest.tv_sec > 0 || rest.tv_nsec > 0));
    ++interruptions;
  }
  SOMETIMES(interruptions == 0);
  SOMETIMES(interruptions > 1);
  timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  EXPECT_GE(end.tv_sec - begin.tv_sec, 2);

  // Until a moment: what is left of it stays as it was.
  timespec untouched = {-1, -1};
  const timespec moment = {end.tv_sec + 10, 0};
  const int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, &untouched);
  EXPECT_TRUE(error == 0 || error == EINTR);
  EXPECT_EQ(untouched.tv_sec, -1);
  SOMETIMES(error == EINTR);
  // A moment that is past is not waited for.
  EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &begin, nullptr), 0);

  const unsigned seconds_left = sleep(3);
  EXPECT_LE(seconds_left, 3u);
  SOMETIMES(seconds_left == 0);
  SOMETIMES(seconds_left == 3);
  const int result = usleep(10);
  EXPECT_TRUE(result == 0 || errno == EINTR);
  SOMETIMES(result < 0);
}

SCHEDULE_TEST(Broken, OneReadIsEnough) {
  MAY_FAIL(RACECOURSE_SHORT_READS);
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = Sender(ends[1]);
  close(ends[1]);
  char buffer[kSize];
  EXPECT_EQ(read(ends[0], buffer, kSize), static_cast<ssize_t>(kSize));  // OneReadIsEnough
  Await(child);
  close(ends[0]);
}

SCHEDULE_TEST(Broken, InterruptedReadIsTheEnd) {
  MAY_FAIL(RACECOURSE_INTERRUPTIONS);
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = Sender(ends[1]);
  close(ends[1]);
  char buffer[kSize];
  EXPECT_GT(read(ends[0], buffer, kSize), 0);  // InterruptedReadIsTheEnd
  Await(child);
  close(ends[0]);
}

SCHEDULE_TEST(Broken, SleepIsNeverInterrupted) {
  MAY_FAIL(RACECOURSE_INTERRUPTIONS);
  EXPECT_EQ(sleep(1), 0u);  // SleepIsNeverInterrupted
}

SCHEDULE_TEST(Broken, ForkAlwaysSucceeds) {
  MAY_FAIL(RACECOURSE_FORK_FAILURES);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  EXPECT_GT(child, 0);  // ForkAlwaysSucceeds
  Await(child);
}

SCHEDULE_TEST(Broken, ChildDiesWithTheSemaphore) {
  auto* semaphore =
      static_cast<sem_t*>(mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  sem_init(semaphore, 1, 1);
  const pid_t child = fork();
  if (child == 0) {
    sem_wait(semaphore);
    sem_post(semaphore);
    _exit(0);
  }
  MAY_CRASH(child);
  Await(child);
  sem_wait(semaphore);  // ChildDiesWithTheSemaphore
}
