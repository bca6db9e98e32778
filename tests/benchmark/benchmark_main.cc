// racecourse_benchmark [--smoke] [Google Benchmark's flags]
#include <benchmark/benchmark.h>

#include <string_view>
#include <vector>

#include "tests/benchmark/engine_benchmarks.h"

int main(int argc, char** argv) {
  bool is_smoke = false;
  std::vector<char*> arguments;
  for (int i = 0; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--smoke") {
      is_smoke = true;
    } else {
      arguments.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  racecourse::benchmark_tests::RegisterEngineBenchmarks(is_smoke);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return racecourse::benchmark_tests::AnyProgramFailed() ? 1 : 0;
}
