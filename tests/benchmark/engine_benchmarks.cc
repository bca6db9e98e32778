// The engine's rates. Each benchmark runs an instrumented program as a child and takes the time that the engine itself
// reports (manual time), so neither process start nor symbol lookup counts. docs/performance.md says what each one
// shows.
#include "tests/benchmark/engine_benchmarks.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <string_view>

#include "tests/benchmark/program_run.h"

namespace racecourse::benchmark_tests {
namespace {

constexpr const char* kStrategies[] = {"portfolio", "random-walk", "pct", "pos"};
// Execution 0 takes every choice by default, and the default is to stay with the running thread.
constexpr std::uint64_t kOnlyDefaults = 1;

constexpr double kMostConfirmedEvents = 1e5;

bool any_program_failed = false;

// Runs the program once; false, and the benchmark is marked, if it failed.
bool Run(benchmark::State& state, const ProgramOrder& order, ProgramRate* rate) {
  *rate = RunProgram(order);
  if (rate->error.empty()) return true;
  any_program_failed = true;
  std::cerr << order.program << ": " << rate->error << "\n";
  state.SkipWithError(rate->error.c_str());
  return false;
}

struct EngineBenchmark {
  std::string name;
  ProgramOrder order;
  double events_per_execution = 0;  // 0: only whole schedules count
  std::string bare_program;         // its time is subtracted
};

// The time of many runs of one program.
struct Total {
  double executions = 0;
  double seconds = 0;
  double least_per_execution = std::numeric_limits<double>::infinity();  // of the fastest run

  void Add(const ProgramRate& rate) {
    const auto count = static_cast<double>(rate.executions);
    executions += count;
    seconds += rate.seconds;
    least_per_execution = std::min(least_per_execution, rate.seconds / count);
  }
  double PerExecution() const { return executions > 0 ? seconds / executions : 0; }
  double LeastPerExecution() const { return executions > 0 ? least_per_execution : 0; }
};

// Counters: the mean over all runs, and `best`, of the fastest run, which is what a busy machine disturbs least.
void Measure(benchmark::State& state, EngineBenchmark what) {
  Total total;
  Total bare_total;
  for (auto _ : state) {
    ProgramRate rate;
    if (!Run(state, what.order, &rate)) return;
    total.Add(rate);
    state.SetIterationTime(rate.seconds);
    if (what.bare_program.empty()) continue;
    ProgramOrder bare = what.order;
    bare.program = what.bare_program;
    if (!Run(state, bare, &rate)) return;
    bare_total.Add(rate);
  }
  const double mean = total.PerExecution() - bare_total.PerExecution();
  const double best = total.LeastPerExecution() - bare_total.LeastPerExecution();
  if (what.events_per_execution > 0) {
    state.counters["ns/event"] = mean * 1e9 / what.events_per_execution;
    state.counters["best"] = best * 1e9 / what.events_per_execution;
  } else {
    state.counters["schedules/s"] = 1 / mean;
    state.counters["best"] = 1 / best;
  }
}

class Registrar {
 public:
  explicit Registrar(bool is_smoke) : is_smoke_(is_smoke) {}
  void Add(EngineBenchmark what) const {
    if (is_smoke_) what.order.schedules = std::min<std::uint64_t>(what.order.schedules, 20);
    benchmark::internal::Benchmark* registered = benchmark::RegisterBenchmark(what.name.c_str(), Measure, what);
    registered->UseManualTime()->Unit(benchmark::kMillisecond);
    if (is_smoke_) registered->Iterations(1);
  }
  // As many executions as make `total` events, at least one with real choices.
  static std::uint64_t SchedulesFor(double events, double total) {
    return std::max<std::uint64_t>(2, static_cast<std::uint64_t>(total / events));
  }
  double Most(double events) const { return is_smoke_ ? std::min(events, 1e4) : events; }

 private:
  const bool is_smoke_;
};

std::string Number(double number) { return std::to_string(static_cast<std::uint64_t>(number)); }

// One benchmark of the program `events`.
EngineBenchmark Events(std::string name, const char* mix, int threads, double events, const char* strategy,
                       std::uint64_t schedules) {
  return {.name = std::move(name),
          .order = {.program = "events",
                    .arguments = {mix, std::to_string(threads), Number(events)},
                    .strategy = strategy,
                    .schedules = schedules},
          .events_per_execution = events,
          .bare_program = ""};
}

void RegisterWorkloads(const Registrar& registrar) {
  for (const char* workload : {"w1", "w2"}) {
    for (const char* form : {"program", "test"}) {
      for (const char* strategy : kStrategies) {
        registrar.Add({.name = std::string(workload) + "/" + form + "/" + strategy,
                       .order = {.program = std::string(workload) + "_" + form,
                                 .arguments = {},
                                 .strategy = strategy,
                                 .schedules = 20'000},
                       .events_per_execution = 0,
                       .bare_program = ""});
      }
    }
  }
}

void RegisterPlainAccesses(const Registrar& registrar) {
  const double accesses = registrar.Most(2048 * 1000);
  for (const char* pattern : {"scalar", "array", "handed"}) {
    for (const char* threads : {"1", "2"}) {
      registrar.Add({.name = std::string("plain_access/") + pattern + "/threads:" + threads,
                     .order = {.program = "plain_access",
                               .arguments = {pattern, threads, Number(accesses)},
                               .strategy = "portfolio",
                               .schedules = 2},
                     .events_per_execution = accesses,
                     .bare_program = "plain_access_bare"});
    }
  }
}

// Going into a flow of the program's own and back, less the same without the engine.
void RegisterCoroutines(const Registrar& registrar) {
  const double rounds = registrar.Most(3e5);
  for (const char* kind : {"resume", "transfer", "context", "ucontext"}) {
    registrar.Add({.name = std::string("coroutine/") + kind,
                   .order = {.program = "coroutine_switch",
                             .arguments = {kind, Number(rounds)},
                             .strategy = "portfolio",
                             .schedules = kOnlyDefaults},
                   .events_per_execution = rounds,
                   .bare_program = "coroutine_switch_bare"});
  }
  for (const char* strategy : kStrategies) {
    registrar.Add({.name = std::string("gmp/") + strategy,
                   .order = {.program = "gmp_program", .arguments = {}, .strategy = strategy, .schedules = 20'000},
                   .events_per_execution = 0,
                   .bare_program = ""});
  }
}

void RegisterProcesses(const Registrar& registrar) {
  for (const char* strategy : kStrategies) {
    registrar.Add({.name = std::string("pipe/") + strategy,
                   .order = {.program = "pipe_program", .arguments = {}, .strategy = strategy, .schedules = 2'000},
                   .events_per_execution = 0,
                   .bare_program = ""});
  }
}

void RegisterSchedulingPoints(const Registrar& registrar) {
  const double events = registrar.Most(1e6);
  registrar.Add(Events("point/stay/default", "alone", 2, events, "portfolio", kOnlyDefaults));
  registrar.Add(Events("point/stay/pct", "alone", 2, events, "pct", 4));
  registrar.Add(Events("point/stay/one_thread", "alone", 1, events, "portfolio", kOnlyDefaults));
  registrar.Add(Events("point/lock_unlock/default", "mutex", 2, events, "portfolio", kOnlyDefaults));
  // Many more yields in a row at which nothing changes would be a livelock, and found to be one.
  registrar.Add(Events("point/switch/yield", "yield", 2, events / 50, "portfolio", kOnlyDefaults));
  registrar.Add(Events("point/switch/semaphores", "handed", 2, events, "portfolio", kOnlyDefaults));
}

void RegisterScaling(const Registrar& registrar) {
  constexpr double kTotal = 1e6;
  for (const char* strategy : kStrategies) {
    for (double events = 1e2; events <= registrar.Most(1e6); events *= 10) {
      EngineBenchmark what = Events(std::string("events/") + strategy + "/" + Number(events), "mixed", 2, events,
                                    strategy, Registrar::SchedulesFor(events, kTotal));
      // A schedule holds 65,536 deviations. Longer ones cannot be replayed, so a scenario that ends with one is not
      // confirmed; one that is stopped by the time limit (looked at every 64 executions) tells its rate all the same.
      const bool has_many_deviations =
          std::string_view(strategy) == "random-walk" || std::string_view(strategy) == "pos";
      if (events > kMostConfirmedEvents && has_many_deviations) {
        what.order.schedules = 1000;
        what.order.seconds = 1;
      }
      registrar.Add(std::move(what));
    }
  }
  for (const char* mix : {"alone", "shared", "mutex", "mixed"}) {
    for (int threads = 2; threads <= 64; threads *= 2) {
      const double events = registrar.Most(1e5);
      registrar.Add(Events(std::string("threads/") + mix + "/" + std::to_string(threads), mix, threads, events,
                           "portfolio", Registrar::SchedulesFor(events, kTotal)));
    }
  }
}

}  // namespace

bool AnyProgramFailed() { return any_program_failed; }

void RegisterEngineBenchmarks(bool is_smoke) {
  const Registrar registrar(is_smoke);
  RegisterWorkloads(registrar);
  RegisterPlainAccesses(registrar);
  RegisterCoroutines(registrar);
  RegisterProcesses(registrar);
  RegisterSchedulingPoints(registrar);
  RegisterScaling(registrar);
}

}  // namespace racecourse::benchmark_tests
