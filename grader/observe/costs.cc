#include "grader/observe/costs.h"

#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <coroutine>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"

namespace racecourse::observe {
namespace {

using benchmark::State;

// What the kernel has counted for this process, its threads and the children it has waited for.
struct Counts {
  double page_faults = 0;
  double switches = 0;

  static Counts Now() {
    Counts counts;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
      rusage usage;
      getrusage(who, &usage);
      counts.page_faults += static_cast<double>(usage.ru_minflt);
      counts.switches += static_cast<double>(usage.ru_nvcsw + usage.ru_nivcsw);
    }
    return counts;
  }
};

// `each`: how many creations or switches there are in an iteration.
void Conclude(State& state, const Counts& before, double each) {
  const Counts after = Counts::Now();
  const double count = static_cast<double>(state.iterations()) * each;
  state.counters["page_faults"] = (after.page_faults - before.page_faults) / count;
  state.counters["switches"] = (after.switches - before.switches) / count;
  state.counters["each"] = each;
}

// --- creating
// ---------------------------------------------------------------------------------------------------------

// Pages that the process has and a child would need copies of the entries for.
class TouchedMemory {
 public:
  explicit TouchedMemory(std::size_t size) : size_(size) {
    memory_ = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    madvise(memory_, size, MADV_NOHUGEPAGE);
    for (std::size_t i = 0; i < size; i += 4096) static_cast<volatile char*>(memory_)[i] = 1;
  }
  TouchedMemory(const TouchedMemory&) = delete;
  TouchedMemory& operator=(const TouchedMemory&) = delete;
  ~TouchedMemory() { munmap(memory_, size_); }

 private:
  void* memory_;
  std::size_t size_;
};

void Fork(State& state) {
  const Counts before = Counts::Now();
  for ([[maybe_unused]] auto _ : state) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
  }
  Conclude(state, before, 1);
}

void ForkOfALargeProcess(State& state) {
  const TouchedMemory memory(std::size_t{64} << 20);
  Fork(state);
}

void CreateThread(State& state) {
  const Counts before = Counts::Now();
  for ([[maybe_unused]] auto _ : state) std::thread([] {}).join();
  Conclude(state, before, 1);
}

// Suspends at its beginning and each time round.
struct Coroutine {
  struct promise_type {
    Coroutine get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

// Out of line, so that the frame is made on the heap as it is where a coroutine outlives its caller.
__attribute__((noinline)) Coroutine Loop() {
  for (;;) co_await std::suspend_always();
}

void CreateCoroutine(State& state) {
  const Counts before = Counts::Now();
  for ([[maybe_unused]] auto _ : state) {
    const Coroutine coroutine = Loop();
    benchmark::DoNotOptimize(coroutine.handle.address());
    coroutine.handle.destroy();
  }
  Conclude(state, before, 1);
}

// --- switching
// --------------------------------------------------------------------------------------------------------

// Two ways of handing over to somebody who waits, each with two directions.
class Pipes {
 public:
  Pipes() {
    if (pipe(ends_[0]) != 0 || pipe(ends_[1]) != 0) std::abort();
  }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;
  ~Pipes() {
    for (const auto& ends : ends_) close(ends[0]), close(ends[1]);
  }
  void Send(int direction, char letter) {
    if (write(ends_[direction][1], &letter, 1) != 1) std::abort();
  }
  char Receive(int direction) {
    char letter = 0;
    if (read(ends_[direction][0], &letter, 1) != 1) std::abort();
    return letter;
  }

 private:
  int ends_[2][2];
};

// In memory that parent and child share.
class Semaphores {
 public:
  Semaphores() {
    void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    shared_ = static_cast<Shared*>(memory);
    for (sem_t& semaphore : shared_->semaphores) sem_init(&semaphore, 1, 0);
  }
  Semaphores(const Semaphores&) = delete;
  Semaphores& operator=(const Semaphores&) = delete;
  ~Semaphores() { munmap(shared_, sizeof(Shared)); }
  void Send(int direction, char letter) {
    shared_->letters[direction] = letter;
    sem_post(&shared_->semaphores[direction]);
  }
  char Receive(int direction) {
    while (sem_wait(&shared_->semaphores[direction]) != 0) {
    }
    return shared_->letters[direction];
  }

 private:
  struct Shared {
    sem_t semaphores[2];
    char letters[2];
  };
  Shared* shared_;
};

// Answers each letter until it is told to go home.
template <class Way>
void Answer(Way& way) {
  while (way.Receive(0) != 'q') way.Send(1, 'a');
}

template <class Way>
void Ask(State& state, Way& way) {
  for ([[maybe_unused]] auto _ : state) {
    way.Send(0, 'q' + 1);
    way.Receive(1);
  }
  way.Send(0, 'q');
}

template <class Way>
void SwitchToAProcess(State& state) {
  Way way;
  const Counts before = Counts::Now();
  const pid_t child = fork();
  if (child == 0) {
    Answer(way);
    _exit(0);
  }
  Ask(state, way);
  waitpid(child, nullptr, 0);
  Conclude(state, before, 2);
}

template <class Way>
void SwitchToAThread(State& state) {
  Way way;
  const Counts before = Counts::Now();
  std::thread other([&] { Answer(way); });
  Ask(state, way);
  other.join();
  Conclude(state, before, 2);
}

// As many system calls as for a switch by pipes, and nobody to switch to.
void PipeWithoutASwitch(State& state) {
  Pipes pipes;
  const Counts before = Counts::Now();
  for ([[maybe_unused]] auto _ : state) {
    pipes.Send(0, 'a');
    pipes.Receive(0);
  }
  Conclude(state, before, 1);
}

ucontext_t asker;
ucontext_t answerer;

void SwitchContext(State& state) {
  const std::unique_ptr<char[]> stack(new char[1 << 16]);
  getcontext(&answerer);
  answerer.uc_stack.ss_sp = stack.get();
  answerer.uc_stack.ss_size = 1 << 16;
  answerer.uc_link = nullptr;
  makecontext(
      &answerer,
      [] {
        for (;;) swapcontext(&answerer, &asker);
      },
      0);
  const Counts before = Counts::Now();
  for ([[maybe_unused]] auto _ : state) swapcontext(&asker, &answerer);
  Conclude(state, before, 2);
}

void SwitchToACoroutine(State& state) {
  const Coroutine coroutine = Loop();
  const Counts before = Counts::Now();
  for ([[maybe_unused]] auto _ : state) coroutine.handle.resume();
  Conclude(state, before, 2);
  coroutine.handle.destroy();
}

// --- what is measured
// -------------------------------------------------------------------------------------------------

struct Cost {
  const char* group;
  const char* what;
  const char* how;
  void (*measure)(State&);
};

constexpr Cost kCosts[] = {
    {"create", "process", "fork, _exit, waitpid", Fork},
    {"create", "process of 64 MiB", "the same, with 64 MiB of memory in use", ForkOfALargeProcess},
    {"create", "thread", "std::thread, join", CreateThread},
    {"create", "coroutine", "make and destroy its frame", CreateCoroutine},
    {"switch", "process, by pipe", "write and read, and the other one runs", SwitchToAProcess<Pipes>},
    {"switch", "thread, by pipe", "the same calls", SwitchToAThread<Pipes>},
    {"switch", "nobody, by pipe", "the same calls, and nobody else runs", PipeWithoutASwitch},
    {"switch", "process, by semaphore", "sem_post and sem_wait in shared memory", SwitchToAProcess<Semaphores>},
    {"switch", "thread, by semaphore", "the same calls", SwitchToAThread<Semaphores>},
    {"switch", "context", "swapcontext: another stack, and a system call for the signal mask", SwitchContext},
    {"switch", "coroutine", "resume, or co_await", SwitchToACoroutine},
};

// Keeps what Google Benchmark has found, and prints nothing.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name == "median") medians_[run.run_name.function_name] = run;
    }
  }
  const Run* Find(const std::string& name) const {
    const auto found = medians_.find(name);
    return found == medians_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, Run> medians_;
};

std::string NameOf(const Cost& cost) { return std::string(cost.group) + ": " + cost.what; }

void StayOnOneProcessor() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int i = CPU_SETSIZE; i-- > 0;) {
    if (!CPU_ISSET(i, &allowed)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(i, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

}  // namespace

nlohmann::json MeasureCosts(double seconds) {
  StayOnOneProcessor();
  std::string program = "racecourse-observe";
  char* arguments[] = {program.data(), nullptr};
  int count = 1;
  benchmark::Initialize(&count, arguments);
  for (const Cost& cost : kCosts) {
    benchmark::RegisterBenchmark(NameOf(cost).c_str(), cost.measure)
        ->UseRealTime()
        ->MinTime(seconds)
        ->Repetitions(5)
        ->ReportAggregatesOnly();
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  nlohmann::json result = nlohmann::json::array();
  for (const Cost& cost : kCosts) {
    const auto* run = collector.Find(NameOf(cost));
    if (run == nullptr || run->error_occurred) continue;
    const double each = run->counters.at("each").value;
    result.push_back({{"group", cost.group},
                      {"what", cost.what},
                      {"how", cost.how},
                      {"nanoseconds", run->GetAdjustedRealTime() / each},
                      {"page_faults", run->counters.at("page_faults").value},
                      {"switches", run->counters.at("switches").value}});
  }
  return result;
}

}  // namespace racecourse::observe
