#include "framework/carrier/fork_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <new>

#include "framework/carrier/carriers.h"
#include "framework/carrier/orders.h"
#include "framework/carrier/sanitizer.h"
#include "framework/core/text.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kArrivalsMax = 1 << 18;

const char* NameOf(Following following) {
  switch (following) {
    case Following::kUnderWay:
      return "died";
    case Following::kFollowed:
      return "followed";
    case Following::kEnded:
      return "ended_early";
    case Following::kDiverged:
      return "diverged";
    case Following::kUnsupported:
      return "unsupported";
    case Following::kTampered:
      return "tampered";
    case Following::kReported:
      return "reported";
    case Following::kFree:
      return "free";
  }
  return "died";
}

bool IsSupported(OperationKind kind) {
  return (kind >= OperationKind::kThreadStart && kind <= OperationKind::kSleep) ||
         (kind >= OperationKind::kOpen && kind <= OperationKind::kPoll) || kind == OperationKind::kDescriptorControl ||
         (kind >= OperationKind::kFork && kind <= OperationKind::kProcessEnd) || kind == OperationKind::kWaitForChild ||
         kind == OperationKind::kProcessLook || kind == OperationKind::kTimerSet || kind == OperationKind::kTimerExpire;
}

struct Itinerary {
  Arrival* arrivals = nullptr;
  std::uint32_t count = 0;
  OperationKind unsupported = OperationKind::kNone;  // one that cannot be followed
};

// A stretch of plain code that was cut and went on right away was not cut at all; one that was left for another thread
// cannot be cut here.
bool Read(const char* text, Itinerary* itinerary) {
  itinerary->count = 0;
  itinerary->unsupported = OperationKind::kNone;
  Arrival before;
  bool is_first = true;
  while (*text != '\0') {
    Arrival arrival;
    if (itinerary->count == kArrivalsMax || !ParseArrival(&text, is_first ? nullptr : &before, &arrival)) return false;
    const bool goes_on = !is_first && arrival.thread == before.thread;
    is_first = false;
    before = arrival;
    if (arrival.kind == OperationKind::kTimeSlice && goes_on) continue;
    if (!IsSupported(arrival.kind) && itinerary->unsupported == OperationKind::kNone) {
      itinerary->unsupported = arrival.kind;
    }
    itinerary->arrivals[itinerary->count++] = arrival;
  }
  return itinerary->count > 0;
}

// Processor 0 of those we may use: turns pass ten times as fast when they need not wake another processor.
void StayOnOneProcessor() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (!CPU_ISSET(i, &allowed)) continue;
    CPU_ZERO(&allowed);
    CPU_SET(i, &allowed);
    sched_setaffinity(0, sizeof allowed, &allowed);
    return;
  }
}

void DiscardOutput() {
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) return;
  dup2(null, 1);
  dup2(null, 2);
  if (null > 2) close(null);
}

[[noreturn]] void RunHere(const CarriedScenario& scenario, const Itinerary* itinerary, Progress* progress) {
  if (itinerary != nullptr) StayOnOneProcessor();
  CollectReports(&progress->reports);
  BeginFollowing(itinerary != nullptr ? itinerary->arrivals : nullptr, itinerary != nullptr ? itinerary->count : 0,
                 TheOrders().seed, progress);
  scenario.body(scenario.argument);
  MarkEndOfProgram();
  if (itinerary == nullptr) {
    if (IsFreeChild()) SystemCall(SYS_exit_group, 0);
    Finish(Following::kFree);
  }
  // A test waits for its children.
  if (!IsChildProcess() && OtherProcessesRun()) Arrive(OperationKind::kThreadExit);
  Leave();
  for (;;) SystemCall(SYS_pause);
}

[[noreturn]] void RunChild(const CarriedScenario& scenario, const Itinerary* itinerary, Progress* progress) {
  DiscardOutput();
  lseek(0, 0, SEEK_SET);  // whoever ran before has read it
  RunHere(scenario, itinerary, progress);
}

std::int64_t Milliseconds() { return RealNanoseconds() / 1'000'000; }

// Waits until the child has closed its end, or the time is up. True if it ended by itself.
bool AwaitEnd(int descriptor, std::int64_t deadline) {
  for (;;) {
    const std::int64_t left = deadline - Milliseconds();
    pollfd wait = {descriptor, POLLIN, 0};
    const int result = poll(&wait, 1, left > 0 ? static_cast<int>(left) : 0);
    if (result > 0) return true;
    if (result == 0 && left <= 0) return false;
  }
}

struct Run {
  bool timed_out = false;
  int signal = 0;
};

Run RunOnce(const CarriedScenario& scenario, const Itinerary* itinerary, Progress* progress) {
  new (progress) Progress();
  Run run;
  int alive[2];
  if (pipe2(alive, O_CLOEXEC) != 0) return run;
  fflush(nullptr);
  const pid_t child = ForkRun();
  if (child == 0) {
    close(alive[0]);
    setpgid(0, 0);
    RunChild(scenario, itinerary, progress);
  }
  close(alive[1]);
  run.timed_out = !AwaitEnd(alive[0], Milliseconds() + static_cast<std::int64_t>(TheOrders().milliseconds));
  close(alive[0]);
  kill(-child, SIGKILL);
  if (run.timed_out) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
  }
  // Its children are ours now.
  int ignored = 0;
  while (waitpid(-1, &ignored, __WALL) > 0) {
  }
  if (!run.timed_out && WIFSIGNALED(status)) run.signal = WTERMSIG(status);
  TakeReports(&progress->reports);
  progress->made.Remove();
  return run;
}

void WriteAll(const char* text, std::size_t length) {
  if (TheOrders().trace_fd < 0) return;
  while (length > 0) {
    const ssize_t written = write(TheOrders().trace_fd, text, length);
    if (written <= 0) return;
    text += written;
    length -= static_cast<std::size_t>(written);
  }
}

// The threads that were in children, which one each, and whether the sanitizer watched it.
void WriteProcesses(const Crew& crew, char* text, std::size_t size) {
  Text out(text, size);
  out << '[';
  bool is_first = true;
  for (std::uint32_t i = 0; i < crew.carrier_count; ++i) {
    const std::uint32_t process = crew.carriers[i].process;
    if (process == 0) continue;
    out << (is_first ? "" : ",") << "{\"thread\":" << i << ",\"process\":" << process
        << ",\"watched\":" << (crew.processes[process].is_unwatched ? "false}" : "true}");
    is_first = false;
  }
  out << ']';
}

void WriteRecord(const CarriedScenario& scenario, std::uint32_t number, const char* following, const Run& run,
                 std::uint32_t arrivals, const Progress& progress) {
  constexpr std::size_t kProcessesBytes = Crew::kCarriersMax * 56;
  static char line[ReportBuffer::kBytes + kProcessesBytes + 2048];
  static char processes[kProcessesBytes];
  WriteProcesses(progress.crew, processes, sizeof processes);
  char expected[96];
  snprintf(expected, sizeof expected, "thread %u: %s", progress.expected_thread, OperationName(progress.expected));
  if (progress.refused != nullptr) snprintf(expected, sizeof expected, "%s", progress.refused);
  const int length =
      snprintf(line, sizeof line,
               "{\"record\":\"witness\",\"executor\":\"%s\",\"scenario\":\"%s\",\"run\":%u,\"following\":\"%s\","
               "\"arrivals\":%u,\"followed\":%u,\"expected\":\"%s\",\"actual\":\"thread %u: %s\",\"signal\":%d,"
               "\"has_fences\":%s,\"has_fibers\":%s,\"processes\":%s,\"reports\":[%s]}\n",
               kExecutorName, scenario.name, number, run.timed_out ? "timed_out" : following, arrivals,
               progress.position, expected, progress.actual_thread, OperationName(progress.actual),
               progress.following == Following::kUnderWay ? run.signal : 0, progress.has_fences ? "true" : "false",
               progress.has_fibers ? "true" : "false", processes, progress.reports.text);
  if (length > 0 && static_cast<std::size_t>(length) < sizeof line) WriteAll(line, static_cast<std::size_t>(length));
}

template <typename T>
T* MapShared(std::size_t count) {
  void* memory = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory != MAP_FAILED ? static_cast<T*>(memory) : nullptr;
}

// Who watches can still see what comes before.
void CutAtUnsupported(Itinerary* itinerary) {
  std::uint32_t count = 0;
  while (count < itinerary->count && IsSupported(itinerary->arrivals[count].kind)) ++count;
  fprintf(stderr, "racecourse: the schedule is followed for %u of its %u scheduling points: then comes a '%s'\n", count,
          itinerary->count, OperationName(itinerary->unsupported));
  itinerary->count = count;
}

// Follows the first itinerary before the eyes of a debugger; returns only when it makes no sense.
void FollowWatched(const CarriedScenario& scenario, Progress* progress) {
  FILE* file = fopen(TheOrders().itineraries, "re");
  if (file == nullptr || !IsObserved()) return;
  Itinerary itinerary;
  itinerary.arrivals = MapShared<Arrival>(kArrivalsMax);
  char* text = nullptr;
  std::size_t capacity = 0;
  if (itinerary.arrivals == nullptr || getline(&text, &capacity, file) <= 0 || !Read(text, &itinerary)) return;
  free(text);
  fclose(file);
  if (itinerary.unsupported != OperationKind::kNone) CutAtUnsupported(&itinerary);
  new (progress) Progress();
  RunHere(scenario, &itinerary, progress);
}

bool FollowAll(const CarriedScenario& scenario, Progress* progress) {
  FILE* file = fopen(TheOrders().itineraries, "re");
  if (file == nullptr) return false;
  Itinerary itinerary;
  itinerary.arrivals = MapShared<Arrival>(kArrivalsMax);
  if (itinerary.arrivals == nullptr) return false;
  char* text = nullptr;
  std::size_t capacity = 0;
  bool all_read = true;
  for (std::uint32_t number = 0; getline(&text, &capacity, file) > 0; ++number) {
    Run run;
    if (!Read(text, &itinerary)) {
      all_read = false;
      break;
    }
    if (itinerary.unsupported != OperationKind::kNone) {
      new (progress) Progress();
      progress->expected = itinerary.unsupported;
      WriteRecord(scenario, number, NameOf(Following::kUnsupported), run, itinerary.count, *progress);
      continue;
    }
    run = RunOnce(scenario, &itinerary, progress);
    WriteRecord(scenario, number, NameOf(progress->following), run, itinerary.count, *progress);
  }
  free(text);
  fclose(file);
  return all_read;
}

}  // namespace

void BeginTrace() {
  char text[128];
  const int length =
      snprintf(text, sizeof text, "{\"record\":\"program\",\"trace\":\"racecourse-trace-1\",\"executor\":\"%s\"}\n",
               kExecutorName);
  WriteAll(text, static_cast<std::size_t>(length));
}

void EndTrace() {
  constexpr char kLine[] = "{\"record\":\"program_end\"}\n";
  WriteAll(kLine, sizeof kLine - 1);
}

bool Serve(const CarriedScenario& scenario) {
  auto* progress = MapShared<Progress>(1);
  if (progress == nullptr || TheOrders().error != nullptr) return false;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  PrepareReports();
  if (TheOrders().stops != nullptr) {
    if (TheOrders().itineraries != nullptr) FollowWatched(scenario, progress);
    return false;
  }
  if (TheOrders().itineraries != nullptr) return FollowAll(scenario, progress);
  for (std::uint64_t i = 0; i < TheOrders().plain_runs; ++i) {
    const Run run = RunOnce(scenario, nullptr, progress);
    WriteRecord(scenario, static_cast<std::uint32_t>(i), NameOf(progress->following), run, 0, *progress);
  }
  return true;
}

}  // namespace racecourse
