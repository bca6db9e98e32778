#ifndef RACECOURSE_TESTS_BENCHMARK_ENGINE_BENCHMARKS_H_
#define RACECOURSE_TESTS_BENCHMARK_ENGINE_BENCHMARKS_H_

namespace racecourse::benchmark_tests {

// Registers every benchmark of the engine. `is_smoke`: once each, on the smallest budget that still runs everything.
void RegisterEngineBenchmarks(bool is_smoke);

// True once a program did not do what it was asked to do.
bool AnyProgramFailed();

}  // namespace racecourse::benchmark_tests

#endif  // RACECOURSE_TESTS_BENCHMARK_ENGINE_BENCHMARKS_H_
