// The tests that students do not see. As in the public ones, all that is expected holds in every schedule of a right
// program.

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The descriptors above 2 that are open in this process.
std::string OpenDescriptors() {
  std::string open;
  for (int fd = 3; fd < 256; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open += " " + std::to_string(fd);
  }
  return open;
}

// Does nothing, for ever.
std::string Sleep() {
  for (;;) pause();
}

// A pipe holds 65,536 bytes.
SCHEDULE_TEST(Big, ValueIsMoreThanAPipeHolds) {
  const Result result = Isolate([] { return std::string(200'000, 'x'); });
  EXPECT_EQ(result.kind, "value");
  EXPECT_EQ(result.data.size(), 200'000u);
}

SCHEDULE_TEST(Size, AsMuchAsIsAllowed) {
  const Result result = Isolate([] { return std::string(100, 'x'); }, {}, 100);
  EXPECT_EQ(result.kind, "value");
  EXPECT_EQ(result.data, std::string(100, 'x'));
}

SCHEDULE_TEST(Size, OneMoreThanIsAllowed) {
  const Result result = Isolate([] { return std::string(101, 'x'); }, {}, 100);
  EXPECT_EQ(result.kind, "over limit");
  EXPECT_EQ(result.data, "");
}

SCHEDULE_TEST(Size, FarMoreThanIsAllowed) {
  const Result result = Isolate([] { return std::string(200'000, 'x'); }, {}, 100);
  EXPECT_EQ(result.kind, "over limit");
}

SCHEDULE_TEST(Exits, IsNoValue) {
  const Result result = Isolate([]() -> std::string { _exit(0); });
  EXPECT_EQ(result.kind, "crashed 0") << "the work has ended its process and returned nothing";
}

SCHEDULE_TEST(Time, IsUpForWhatNeverEnds) {
  const Clock::time_point begin = Clock::now();
  const Result result = Isolate(Sleep, 50ms);
  EXPECT_EQ(result.kind, "timed out");
  EXPECT_EQ(result.data, "");
  EXPECT_GE(Clock::now() - begin, 50ms) << "gave up too early";
}

SCHEDULE_TEST(Time, MayBeUpOrNot) {
  const Result result = Isolate([] { return std::string("quick"); }, 50ms);
  SOMETIMES(result.kind == "value");
  if (result.kind == "value") {
    EXPECT_EQ(result.data, "quick");
  } else {
    EXPECT_EQ(result.kind, "timed out");
    EXPECT_EQ(result.data, "");
  }
}

SCHEDULE_TEST(Descriptors, CallerHasNoMoreThanBefore) {
  const std::string before = OpenDescriptors();
  Isolate([] { return std::string("x"); });
  EXPECT_EQ(OpenDescriptors(), before) << "after a value";
  Isolate([]() -> std::string { throw std::runtime_error("no"); });
  EXPECT_EQ(OpenDescriptors(), before) << "after an exception";
  Isolate([]() -> std::string { abort(); });
  EXPECT_EQ(OpenDescriptors(), before) << "after a crash";
  Isolate([] { return std::string(10, 'x'); }, {}, 5);
  EXPECT_EQ(OpenDescriptors(), before) << "after a value that was too long";
  Isolate(Sleep, 50ms);
  EXPECT_EQ(OpenDescriptors(), before) << "after the time was up";
}

// What is behind a descriptor is shared with its copies: what the work reads there the caller misses.
SCHEDULE_TEST(Descriptors, FilesOfTheCallerAreOutOfReach) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  struct stat of_caller;
  EXPECT_EQ(fstat(ends[0], &of_caller), 0);
  const Result result = Isolate([&] {
    std::string found;
    for (int fd = 3; fd < 256; ++fd) {
      struct stat file;
      if (fstat(fd, &file) == 0 && file.st_dev == of_caller.st_dev && file.st_ino == of_caller.st_ino) {
        found += " " + std::to_string(fd);
      }
    }
    return found;
  });
  EXPECT_EQ(result.data, "") << "the work has descriptors that lead to what only the caller has opened";
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Together, OneInsideAnother) {
  const Result result = Isolate([] {
    const Result inner = Isolate([]() -> std::string { throw std::runtime_error("deep"); });
    return inner.kind + " " + inner.data;
  });
  EXPECT_EQ(result.kind, "value");
  EXPECT_EQ(result.data, "threw deep");
}

SCHEDULE_TEST(Together, FromTwoThreads) {
  Result result_of_ada;
  std::thread ada([&] { result_of_ada = Isolate([] { return std::string("ada"); }); });
  const Result result_of_ben = Isolate(Sleep, 50ms);
  ada.join();
  EXPECT_EQ(result_of_ada.kind + " " + result_of_ada.data, "value ada");
  EXPECT_EQ(result_of_ben.kind, "timed out");
}

}  // namespace
}  // namespace exercise
