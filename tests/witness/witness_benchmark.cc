// How many schedules a second programs of the sanitizers' variants follow: each in a process of its own, which a server
// forks from one that has started. usage: witness_benchmark GRADER PROGRAM_SOURCE [benchmark options]

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "grader/executor/carried_run.h"
#include "grader/executor/program_run.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr int kItineraries = 200;

[[noreturn]] void Stop(const std::string& why) {
  std::fprintf(stderr, "witness_benchmark: %s\n", why.c_str());
  std::exit(2);
}

template <typename Value>
Value OrStop(absl::StatusOr<Value> value) {
  if (!value.ok()) Stop(std::string(value.status().message()));
  return *std::move(value);
}

fs::path Build(const std::string& grader, const std::string& source, const std::string& variant, const fs::path& to) {
  Command command;
  command.arguments = {grader, "c++", "--variant", variant, source, "-o", to};
  const ProcessResult result = OrStop(RunProcess(command));
  if (!result.Succeeded()) Stop(absl::StrCat("cannot build ", source, ":\n", result.errors));
  return to;
}

std::vector<std::string> PassingItineraries(const fs::path& program) {
  RunRequest request;
  request.program = program;
  request.orders.schedules = 2 * kItineraries;
  request.orders.passing_itineraries = kItineraries;
  const ProgramRun run = OrStop(RunProgram(request));
  std::vector<std::string> itineraries;
  for (const TraceItinerary& one : run.trace.itineraries) itineraries.push_back(one.itinerary);
  if (itineraries.size() < kItineraries) Stop("the program does not pass");
  return itineraries;
}

void FollowAll(benchmark::State& state, const fs::path& program, const std::vector<std::string>& itineraries) {
  WitnessStand stand;
  stand.request.program = program;
  std::int64_t followed = 0;
  for (auto _ : state) {
    const std::vector<TraceWitness> runs = OrStop(Follow(stand, "main", itineraries));
    for (const TraceWitness& run : runs) followed += run.following == "followed" && run.reports.empty() ? 1 : 0;
  }
  if (followed < state.iterations() * kItineraries) Stop("not every schedule was followed to its end");
  state.counters["schedules"] = benchmark::Counter(static_cast<double>(followed), benchmark::Counter::kIsRate);
}

}  // namespace
}  // namespace racecourse::grader

int main(int argc, char** argv) {
  using namespace racecourse::grader;
  benchmark::Initialize(&argc, argv);
  if (argc != 3) Stop("usage: witness_benchmark GRADER PROGRAM_SOURCE [--benchmark_…]");
  const TemporaryDirectory directory = OrStop(TemporaryDirectory::Create("witness_benchmark"));
  const std::vector<std::string> itineraries =
      PassingItineraries(Build(argv[1], argv[2], "systematic", directory.path() / "systematic"));
  for (const char* variant : {"thread-sanitizer", "address-sanitizer"}) {
    const auto program = Build(argv[1], argv[2], variant, directory.path() / variant);
    benchmark::RegisterBenchmark(
        variant, [program, &itineraries](benchmark::State& state) { FollowAll(state, program, itineraries); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
