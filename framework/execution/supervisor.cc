#include "framework/execution/supervisor.h"

#include <time.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "framework/core/text.h"
#include "framework/execution/execution.h"
#include "framework/execution/explorer_process.h"
#include "framework/execution/failure.h"
#include "framework/execution/settings.h"
#include "framework/execution/shrinker.h"
#include "framework/execution/sometimes.h"
#include "framework/trace/json_line.h"

namespace racecourse {
namespace {

constexpr std::uint32_t kPuppetsAtFirst = 8;
constexpr std::uint64_t kConsequenceExecutions = 2000;
constexpr double kConsequenceSeconds = 3;
// One process per execution is slow; this many are tried when the cheap way proves unfaithful.
constexpr std::uint64_t kFreshImageExecutions = 300;
// Schedules that are steered into each deadlock that was predicted.
constexpr std::uint64_t kSteeredExecutionsMin = 20;
constexpr std::uint64_t kSteeredExecutionsMax = 200;
constexpr std::string_view kOrdinals[LockCycle::kLengthMax] = {"first", "second", "third", "fourth"};

std::string HashText(std::uint64_t hash) {
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, hash >>= 4) text[static_cast<std::size_t>(i)] = "0123456789abcdef"[hash & 15];
  return text;
}

// "2,000": for people.
std::string CountText(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

// "T1 takes one while it holds another, T2 …": by number, in the order of the cycle.
std::string CycleText(const LockCycle& cycle) {
  std::string text;
  for (std::uint32_t i = 0; i < cycle.length; ++i) {
    const std::uint32_t thread = cycle.steps[i].thread_id;
    if (i > 0) text += ", ";
    text += (thread == 0 ? "main" : "T" + std::to_string(thread)) + " asks for the " + std::string(kOrdinals[i]) +
            " while it holds the " + std::string(kOrdinals[i > 0 ? i - 1 : cycle.length - 1]);
  }
  return text;
}

class Supervisor {
 public:
  Supervisor(const ScenarioDescription& description, const Scenario& scenario)
      : description_(description), scenario_(scenario), settings_(TheSettings()) {}

  ScenarioReport Run() {
    SharedState& shared = Shared();
    std::memset(shared.sometimes, 0, sizeof shared.sometimes);
    shared.executions_done = 0;
    shared.wants_files_alone = false;
    shared.has_exit_status = false;
    shared.exploring_nanoseconds = 0;
    shared.busy_wait_execution = SharedState::kNoExecution;
    shared.puppets = kPuppetsAtFirst;
    schedules_ = settings_.schedules != 0 ? settings_.schedules : description_.schedules;
    JsonLine()
        .Text("record", "scenario_begin")
        .Text("scenario", description_.name)
        .Text("file", description_.file)
        .Number("line", static_cast<std::uint64_t>(description_.line))
        .Number("schedules", schedules_)
        .Number("seed", settings_.seed)
        .WriteTo(settings_.trace_fd);
    ScenarioReport report = TheExecution().uncontrolled_threads > 0 ? HasEarlyThreads()
                            : settings_.replay != nullptr           ? ReplayOne()
                                                                    : Explore();
    const double seconds = static_cast<double>(shared.exploring_nanoseconds) * 1e-9;
    static constexpr const char* kStatus[] = {"passed", "failed", "inconclusive", "error"};
    JsonLine()
        .Text("record", "scenario_end")
        .Text("scenario", description_.name)
        .Text("status", kStatus[static_cast<int>(report.status)])
        .Number("executions", shared.executions_done)
        .Text("strength", report.strength)
        .Flag("wants_files_alone", shared.wants_files_alone)
        .Text("event_hash", HashText(last_hash_))
        .Decimal("schedules_per_second", seconds > 0 ? static_cast<double>(shared.executions_done) / seconds : 0)
        .Text("error", report.status == ScenarioStatus::kError || report.status == ScenarioStatus::kInconclusive
                           ? report.message
                           : "")
        .WriteTo(settings_.trace_fd);
    return report;
  }

 private:
  Order NewOrder() const {
    Order order;
    order.strategy = settings_.strategy;
    order.seed = settings_.seed;
    order.reports_busy_wait = reports_busy_wait_;
    order.endless_is_livelock = endless_is_livelock_;
    order.shares_files = settings_.shares_files;
    order.shows_output = settings_.shows_output && settings_.replay != nullptr;
    return order;
  }

  ExplorerExit Carry(const Order& order) {
    Shared().order = order;
    return RunExplorerProcess(scenario_, [this] { Tick(); });
  }

  void Tick() {
    JsonLine()
        .Text("record", "progress")
        .Text("scenario", description_.name)
        .Number("executions", Shared().executions_done)
        .Number("schedules", schedules_)
        .WriteTo(settings_.trace_fd);
  }

  // Runs the schedule once from a fresh image; nothing if it does not fail.
  std::optional<Failure> Replay(const Schedule& schedule, bool detects_races, std::uintptr_t granule) {
    Order order = NewOrder();
    order.mode = Order::Mode::kReplay;
    order.schedule = schedule;
    order.executions = 1;
    order.detects_races = detects_races;
    order.records = true;
    order.watched_granule = granule;
    const std::uint64_t done = Shared().executions_done;
    const std::uint64_t spent = Shared().exploring_nanoseconds;
    const ExplorerExit exit = Carry(order);
    Shared().executions_done = done;
    Shared().exploring_nanoseconds = spent;
    if (exit.result != ExplorerResult::kFound) return std::nullopt;
    return ReadFailure(true);
  }

  // Only the thread that starts it goes into an explorer process.
  ScenarioReport HasEarlyThreads() {
    return {ScenarioStatus::kInconclusive,
            "no verdict: a thread was started before the test began, by the constructor of a global object most "
            "likely; the "
            "scheduler controls only threads that are started in the test itself",
            "", ""};
  }

  ScenarioReport Error(std::string why) { return {ScenarioStatus::kError, std::move(why), "", ""}; }

  ScenarioReport Explore() {
    Order order = NewOrder();
    order.first_execution = settings_.first;
    order.executions = schedules_;
    order.seconds_max = settings_.seconds;
    const ExplorerExit exit = Carry(order);
    if (!exit.engine_error.empty()) return Error(exit.engine_error);
    last_hash_ = exit.result == ExplorerResult::kFound ? Shared().event_hash : Shared().last_hash;
    if (Shared().has_leak) {
      leak_ = std::make_unique<Schedule>(Shared().leak_schedule);
      leak_execution_ = Shared().leak_execution;
    }
    switch (exit.result) {
      case ExplorerResult::kFound:
        return Confirm();
      case ExplorerResult::kUncontrolled:
        return {ScenarioStatus::kInconclusive, "no verdict: " + std::string(Shared().finding.message), "", ""};
      case ExplorerResult::kTimeIsUp:
        if (Shared().busy_wait_execution != SharedState::kNoExecution) return BusyWait();
        return TimeIsUp();
      case ExplorerResult::kEndless:
        endless_is_livelock_ = true;
        return Lesser(Shared().endless_execution);
      default:
        break;
    }
    return Passed(exit.result == ExplorerResult::kOnlySchedule);
  }

  // Nothing worse was found.
  ScenarioReport BusyWait() {
    reports_busy_wait_ = true;
    return Lesser(Shared().busy_wait_execution);
  }

  // Does an execution again in which something was noted in passing, now as a finding.
  ScenarioReport Lesser(std::uint64_t execution) {
    const std::uint64_t done = Shared().executions_done;
    Order order = NewOrder();
    order.first_execution = execution;
    order.executions = 1;
    const ExplorerExit exit = Carry(order);
    Shared().executions_done = done;
    if (!exit.engine_error.empty()) return Error(exit.engine_error);
    if (exit.result != ExplorerResult::kFound) {
      return {ScenarioStatus::kInconclusive, "no verdict: an execution could not be repeated", "", ""};
    }
    return Confirm();
  }

  // The last resort: some execution lost memory, and none failed in another way. Nothing if it cannot be seen again.
  std::optional<ScenarioReport> Leaked() {
    if (leak_ == nullptr) return std::nullopt;
    Failure found;
    found.execution = leak_execution_;
    std::optional<Failure> failure = Replay(*leak_, true, 0);
    if (!failure || (failure->kind != FindingKind::kLeak && failure->kind != FindingKind::kLostTask))
      return std::nullopt;
    return Report(std::move(*failure), found);
  }

  ScenarioReport TimeIsUp() {
    if (std::optional<ScenarioReport> leaked = Leaked()) return *leaked;
    ScenarioReport report{ScenarioStatus::kInconclusive, "", "", ""};
    if (WasInterrupted()) return Interrupted();
    report.message = "the time was up after " + CountText(Shared().executions_done) + " of " + CountText(schedules_) +
                     " schedules; none of them failed";
    report.strength = "no failure in " + CountText(Shared().executions_done) + " schedules (" +
                      StrategyDescription(settings_.strategy) + "), stopped by the time limit";
    return report;
  }

  ScenarioReport Interrupted() {
    ScenarioReport report{ScenarioStatus::kInconclusive, "", "", ""};
    const std::uint64_t executions = Shared().executions_done;
    report.message = "interrupted after " + CountText(executions) + " of " + CountText(schedules_) + " schedules";
    report.strength = "no failure in " + CountText(executions) + " schedules (" +
                      StrategyDescription(settings_.strategy) + "), then interrupted";
    return report;
  }

  ScenarioReport Passed(bool only_schedule) {
    const std::uint64_t executions = Shared().executions_done;
    // What the last of many executions did must be what it does in a fresh process: else none of them proves anything.
    auto last = std::make_unique<Schedule>();
    if (executions > 1 && ScheduleOfLastExecution(last.get())) {
      Order order = NewOrder();
      order.mode = Order::Mode::kReplay;
      order.schedule = *last;
      order.executions = 1;
      const ExplorerExit exit = Carry(order);
      Shared().executions_done = executions;
      if (exit.result == ExplorerResult::kCompleted && Shared().last_hash != last_hash_) return ExploreFreshImages();
    }
    std::string hint;
    if (std::optional<ScenarioReport> deadlock = SteerIntoCycles(executions, &hint)) return *std::move(deadlock);
    if (Shared().busy_wait_execution != SharedState::kNoExecution) return BusyWait();
    if (const auto missed = FirstUnreachedSometimes(description_.body_function)) {
      return Unreachable(*missed, executions);
    }
    if (std::optional<ScenarioReport> report = Leaked()) return *report;
    WriteItineraries(executions);
    ScenarioReport report{ScenarioStatus::kPassed, "", "", ""};
    report.strength = only_schedule ? "passes; it makes no choices, so this is its only schedule"
                                    : "no failure in " + CountText(executions) + " schedules (" +
                                          StrategyDescription(settings_.strategy) + ")";
    report.strength += hint;
    return report;
  }

  // Of executions that passed, spread over all of them: for the executors that follow them.
  void WriteItineraries(std::uint64_t executions) {
    const std::uint64_t count = std::min(settings_.itineraries, executions);
    for (std::uint64_t i = 0; i < count; ++i) {
      Order order = NewOrder();
      order.first_execution = settings_.first + i * (executions / count);
      order.executions = 1;
      order.records = true;
      const ExplorerExit exit = Carry(order);
      if (exit.result != ExplorerResult::kCompleted && exit.result != ExplorerResult::kOnlySchedule) continue;
      JsonLine()
          .Text("record", "itinerary")
          .Text("scenario", description_.name)
          .Number("execution", order.first_execution)
          .Text("itinerary", ReadItinerary())
          .WriteTo(settings_.trace_fd);
    }
    Shared().executions_done = executions;
  }

  // Deadlocks that were predicted: tries to run into each. What it cannot run into is a hint.
  std::optional<ScenarioReport> SteerIntoCycles(std::uint64_t executions, std::string* hint) {
    SharedState& shared = Shared();
    const std::vector<LockCycle> cycles(shared.lock_cycles, shared.lock_cycles + shared.lock_cycle_count);
    std::uint64_t tried = 0;
    for (const LockCycle& cycle : cycles) {
      Order order = NewOrder();
      order.cycle = cycle;
      order.executions = std::clamp(schedules_ / 10, kSteeredExecutionsMin, kSteeredExecutionsMax);
      shared.executions_done = executions + tried;
      const ExplorerExit exit = Carry(order);
      tried = shared.executions_done - executions;
      if (!exit.engine_error.empty()) return Error(exit.engine_error);
      if (exit.result == ExplorerResult::kFound) return Confirm(executions + tried);
    }
    shared.executions_done = executions;
    if (!cycles.empty()) {
      *hint = "; hint: mutexes are taken in a circle (" + CycleText(cycles.front()) + "), but " + CountText(tried) +
              " schedules that were steered there did not deadlock";
    }
    return std::nullopt;
  }

  ScenarioReport Unreachable(const UnreachedSometimes& missed, std::uint64_t executions) {
    ScenarioReport report{ScenarioStatus::kFailed, "", "", ""};
    report.message = "SOMETIMES(" + missed.condition + ") was never true, in " +
                     (executions == 1 ? "the only schedule there is" : CountText(executions) + " schedules") +
                     ": what the test asks for cannot happen, most likely because more is locked than needs to be.";
    JsonLine()
        .Text("record", "finding")
        .Text("scenario", description_.name)
        .Text("kind", FindingKindName(FindingKind::kUnreachable))
        .Text("message", report.message)
        .Text("schedule", "")
        .Number("execution", executions)
        .Number("executions_after", 0)
        .Number("preemptions", 0)
        .Flag("confirmed", true)
        .Text("event_hash", HashText(last_hash_))
        .Raw("object", JsonLine().Text("name", missed.condition).Object())
        .Raw("stacks", "[]")
        .Raw("threads", "[]")
        .Raw("steps", "[]")
        .Raw("consequence", "null")
        .Text("file", missed.file)
        .Number("line", static_cast<std::uint64_t>(missed.line))
        .WriteTo(settings_.trace_fd);
    return report;
  }

  // The executions of one process do not all begin alike: give each a process of its own.
  ScenarioReport ExploreFreshImages() {
    const std::uint64_t count = std::min(schedules_, kFreshImageExecutions);
    Shared().executions_done = 0;
    for (std::uint64_t number = 0; number < count; ++number) {
      Order order = NewOrder();
      order.first_execution = number;
      order.executions = 1;
      if (WasInterrupted()) return Interrupted();
      const ExplorerExit exit = Carry(order);
      if (!exit.engine_error.empty()) return Error(exit.engine_error);
      if (exit.result != ExplorerResult::kFound) continue;
      const Failure found = ReadFailure(false);
      std::optional<Failure> failure = Replay(*found.schedule, true, found.conflict_granule);
      if (failure && failure->kind == found.kind) return Report(std::move(*failure), found);
    }
    return {ScenarioStatus::kInconclusive,
            "the program does not behave the same twice under the same schedule: it depends on something that is not "
            "controlled (uninitialised memory, a file, an address); " +
                CountText(count) + " schedules in processes of their own found no failure that could be replayed",
            "", ""};
  }

  // A failure was seen, after `before` executions of other kinds. It counts once it happened again from a fresh image.
  ScenarioReport Confirm(std::uint64_t before = 0) {
    Failure found = ReadFailure(false);
    found.execution += before;
    Shared().executions_done = found.execution + 1;
    endless_is_livelock_ = found.kind == FindingKind::kLivelock;
    std::optional<Failure> failure = Replay(*found.schedule, true, found.conflict_granule);
    if (!failure && WasInterrupted()) return Interrupted();
    if (!failure || failure->kind != found.kind) return ExploreFreshImages();
    return Report(std::move(*failure), found);
  }

  ScenarioReport Report(Failure failure, const Failure& found) {
    const auto fails_alike = [this](const Failure& like, bool detects_races) {
      return [this, kind = like.kind, identity = like.identity, granule = like.conflict_granule,
              detects_races](const Schedule& schedule) -> std::optional<Failure> {
        std::optional<Failure> failure = Replay(schedule, detects_races, granule);
        if (!failure || failure->kind != kind || failure->identity != identity) return std::nullopt;
        return failure;
      };
    };
    failure = Shrink(std::move(failure), fails_alike(failure, true));
    std::string consequence = "null";
    if (failure.kind == FindingKind::kDataRace) {
      std::uint64_t tried = 0;
      if (std::optional<Failure> harm = FindConsequence(failure, &tried)) {
        *harm = Shrink(std::move(*harm), fails_alike(*harm, false));
        consequence = JsonLine()
                          .Text("kind", FindingKindName(harm->kind))
                          .Text("message", harm->message)
                          .Text("schedule", harm->schedule_text)
                          .Number("preemptions", harm->preemptions)
                          .Raw("stacks", harm->stacks_json)
                          .Raw("threads", harm->threads_json)
                          .Raw("steps", harm->steps_json)
                          .Object();
      } else if (tried > 0) {
        failure.message += " No harm came of it in " + CountText(tried) +
                           " more schedules that switch threads right at these accesses; it is an error all the same, "
                           "because C++ gives a program with a data race no meaning.";
      }
    }
    last_hash_ = failure.event_hash;
    JsonLine()
        .Text("record", "finding")
        .Text("scenario", description_.name)
        .Text("kind", FindingKindName(failure.kind))
        .Text("message", failure.message)
        .Text("schedule", failure.schedule_text)
        .Number("execution", found.execution)
        .Number("executions_after", 0)
        .Number("preemptions", failure.preemptions)
        .Flag("confirmed", true)
        .Text("event_hash", HashText(failure.event_hash))
        .Raw("object", failure.object_json)
        .Raw("stacks", failure.stacks_json)
        .Raw("threads", failure.threads_json)
        .Raw("steps", failure.steps_json)
        .Text("itinerary", failure.itinerary)
        .Raw("consequence", consequence)
        .WriteTo(settings_.trace_fd);
    return {ScenarioStatus::kFailed, failure.message, failure.schedule_text, ""};
  }

  // Switches at the racing instructions, with races no longer an end in themselves, until one does harm.
  // `tried` is how many schedules were.
  std::optional<Failure> FindConsequence(const Failure& race, std::uint64_t* tried) {
    Order order = NewOrder();
    order.detects_races = false;
    order.executions = kConsequenceExecutions;
    order.seconds_max = kConsequenceSeconds;
    for (const std::uint64_t code : race.conflict_code) {
      if (code == 0) continue;
      auto* begin = order.schedule.plain_points;
      auto* end = begin + order.schedule.plain_point_count;
      if (std::find(begin, end, code) != end) continue;
      *end = code;
      ++order.schedule.plain_point_count;
      std::sort(begin, end + 1);
    }
    if (order.schedule.plain_point_count == 0) return std::nullopt;
    const std::uint64_t done = Shared().executions_done;
    const ExplorerExit exit = Carry(order);
    *tried = Shared().executions_done - done;
    Shared().executions_done = done;
    if (exit.result != ExplorerResult::kFound) return std::nullopt;
    const Failure found = ReadFailure(false);
    std::optional<Failure> harm = Replay(*found.schedule, false, race.conflict_granule);
    if (!harm || harm->kind != found.kind) return std::nullopt;
    harm->conflict_granule = race.conflict_granule;
    return harm;
  }

  ScenarioReport ReplayOne() {
    auto schedule = std::make_unique<Schedule>();
    if (const char* error = ParseSchedule(settings_.replay, schedule.get())) return Error(error);
    std::optional<Failure> first;
    std::uint32_t reproduced = 0;
    const bool detects_races = schedule->plain_point_count == 0;
    // What the program's exit status should be, its undisturbed execution tells.
    if (scenario_.is_whole_program) Replay(Schedule(), detects_races, 0);
    // Busy waiting, which exploring only notes, is a finding where nothing worse is.
    endless_is_livelock_ = true;
    reports_busy_wait_ = !Replay(*schedule, detects_races, 0);
    for (std::uint32_t i = 0; i < settings_.repeat; ++i) {
      std::optional<Failure> failure = Replay(*schedule, detects_races, first ? first->conflict_granule : 0);
      Shared().executions_done = Shared().executions_done + 1;
      last_hash_ = failure ? failure->event_hash : Shared().last_hash;
      if (!failure) continue;
      // The memory in question is known only now: once more, to see both accesses.
      if (!first && failure->conflict_granule != 0) {
        failure = Replay(*schedule, detects_races, failure->conflict_granule);
        if (!failure) continue;
      }
      if (!first)
        first = std::move(failure);
      else if (failure->kind != first->kind || failure->event_hash != first->event_hash)
        continue;
      ++reproduced;
    }
    if (!first) {
      return {ScenarioStatus::kPassed, "", "", "this schedule does not fail"};
    }
    JsonLine()
        .Text("record", "finding")
        .Text("scenario", description_.name)
        .Text("kind", FindingKindName(first->kind))
        .Text("message", first->message)
        .Text("schedule", settings_.replay)
        .Number("execution", 0)
        .Number("reproduced", reproduced)
        .Number("repeat", settings_.repeat)
        .Number("executions_after", 0)
        .Number("preemptions", first->preemptions)
        .Flag("confirmed", reproduced == settings_.repeat)
        .Text("event_hash", HashText(first->event_hash))
        .Raw("object", first->object_json)
        .Raw("stacks", first->stacks_json)
        .Raw("threads", first->threads_json)
        .Raw("steps", first->steps_json)
        .Text("itinerary", first->itinerary)
        .Raw("consequence", "null")
        .WriteTo(settings_.trace_fd);
    return {ScenarioStatus::kFailed, first->message, settings_.replay, ""};
  }

  const ScenarioDescription& description_;
  const Scenario& scenario_;
  const Settings& settings_;
  std::uint64_t schedules_ = 0;
  std::uint64_t last_hash_ = 0;
  bool reports_busy_wait_ = false;
  bool endless_is_livelock_ = false;
  // An execution that lost memory: which, and how to do it again.
  std::unique_ptr<Schedule> leak_;
  std::uint64_t leak_execution_ = 0;
};

}  // namespace

ScenarioReport RunScenario(const ScenarioDescription& description, const Scenario& scenario) {
  ShareState();
  std::ostringstream() << 1;  // the library's own one-time work belongs to no execution
  return Supervisor(description, scenario).Run();
}

void BeginTrace() {
  JsonLine().Text("record", "program").Text("trace", "racecourse-trace-1").WriteTo(TheSettings().trace_fd);
}

void EndTrace(int tests, int failed) {
  JsonLine()
      .Text("record", "program_end")
      .Number("tests", static_cast<std::uint64_t>(tests))
      .Number("failed", static_cast<std::uint64_t>(failed))
      .WriteTo(TheSettings().trace_fd);
}

}  // namespace racecourse
