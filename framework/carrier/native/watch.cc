#include "framework/carrier/native/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/orders.h"
#include "framework/carrier/sanitizer.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kStopsMax = 4096;
constexpr std::uint32_t kAtTheEnd = ~std::uint32_t{0};

struct Stop {
  std::uint32_t position = 0;
  std::uint32_t accesses = 0;
  std::uint64_t code = 0;
  char* text = nullptr;
  bool reached = false;
};

// Only the thread whose turn it is reads or writes these.
Stop stops[kStopsMax];
std::uint32_t stop_count = 0;
std::uint32_t first_due = 0;  // invariant: stops before it are of earlier positions
std::uint32_t current_position = 0;
std::uint32_t accesses = 0;
bool is_watched = false;

bool ReadStop(char* line, Stop* stop) {
  char* at = line;
  stop->position = static_cast<std::uint32_t>(strtoul(at, &at, 10));
  stop->accesses = static_cast<std::uint32_t>(strtoul(at, &at, 10));
  stop->code = strtoul(at, &at, 16);
  if (*at != ' ') return false;
  stop->text = strdup(at + 1);
  stop->text[strcspn(stop->text, "\n")] = '\0';
  return true;
}

void ReadStops() {
  FILE* file = fopen(TheOrders().stops, "re");
  if (file == nullptr) return;
  char* line = nullptr;
  std::size_t capacity = 0;
  while (stop_count < kStopsMax && getline(&line, &capacity, file) > 0) {
    if (ReadStop(line, &stops[stop_count])) ++stop_count;
  }
  free(line);
  fclose(file);
}

void NameThread() {
  char name[16] = "main";
  if (ThisCarrier() != 0) snprintf(name, sizeof name, "T%u", ThisCarrier());
  SystemCall(SYS_prctl, PR_SET_NAME, name);
}

// A thread that was just created needs no turn to say who it is.
void AwaitNames() {
  while (TheCrew().ready.load() < CarrierCount()) SystemCall(SYS_sched_yield);
}

void Reach(Stop& stop) {
  stop.reached = true;
  AwaitNames();
  racecourse_step_of_interest(stop.text);
}

void OnArrival(std::uint32_t position, const Arrival&) {
  current_position = position;
  accesses = 0;
  while (first_due < stop_count && stops[first_due].position < position) ++first_due;
  for (std::uint32_t i = first_due; i < stop_count && stops[i].position == position; ++i) {
    if (stops[i].code == 0) Reach(stops[i]);
  }
}

void OnEnd(Following following) {
  char text[512] = "The schedule ends here.";
  std::uint32_t missed = 0;
  for (std::uint32_t i = 0; i < stop_count; ++i) {
    if (stops[i].position != kAtTheEnd) {
      missed += !stops[i].reached;
    } else if (following == Following::kFollowed || following == Following::kEnded) {
      snprintf(text, sizeof text, "%s", stops[i].text);
    }
  }
  if (following == Following::kDiverged) {
    snprintf(text, sizeof text,
             "The program leaves the schedule here: after %u scheduling points it does something else.",
             current_position);
  } else if (following == Following::kUnsupported) {
    snprintf(text, sizeof text,
             "From here on the schedule cannot be followed: it has an operation that only the engine knows.");
  }
  if (missed > 0) {
    const std::size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, " (Not stopped at: %u of the steps that matter.)", missed);
  }
  is_watched = false;
  racecourse_step_of_interest(text);
}

constexpr Observer kObserver = {NameThread, OnArrival, OnEnd};

__attribute__((constructor(103))) void BeginToWatch() {
  if (TheOrders().stops == nullptr) return;
  ReadStops();
  SetObserver(&kObserver);
  is_watched = true;
}

}  // namespace

void NoteAccess(std::uint64_t code) {
  if (!is_watched || !IsFollowing()) return;
  ++accesses;
  for (std::uint32_t i = first_due; i < stop_count && stops[i].position == current_position; ++i) {
    if (stops[i].code == code && stops[i].accesses == accesses) Reach(stops[i]);
  }
}

// Nobody reports anything here, and nobody is silenced.
const char* const kExecutorName = "debugger";
const int kOnceDone = 2;  // as glibc marks it
void PrepareReports() {}
pid_t ForkRun() { return fork(); }
void CollectReports(ReportBuffer*) {}
bool CanaryIsReported() { return true; }
bool GoOnInChild(bool) { return true; }
void ExamineWhatIsLeft() {}
void TakeReports(ReportBuffer*) {}

}  // namespace racecourse

RC_CARRY __attribute__((noinline)) void racecourse_step_of_interest(const char* text) {
  asm volatile("" : : "r"(text) : "memory");
}
