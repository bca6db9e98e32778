#include "grader/system/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace racecourse::grader {

void ForEachInParallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  auto take_work = [&] {
    for (std::size_t index = next++; index < count; index = next++) work(index);
  };
  std::vector<std::jthread> workers;
  const std::size_t helpers = std::min<std::size_t>(count, static_cast<std::size_t>(std::max(jobs, 1)));
  for (std::size_t i = 1; i < helpers; ++i) workers.emplace_back(take_work);
  take_work();
}

int UsableProcessors() {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
  return std::max(1, CPU_COUNT(&processors));
}

}  // namespace racecourse::grader
