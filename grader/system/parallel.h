#ifndef RACECOURSE_GRADER_SYSTEM_PARALLEL_H_
#define RACECOURSE_GRADER_SYSTEM_PARALLEL_H_

#include <cstddef>
#include <functional>

namespace racecourse::grader {

// Calls work(0) … work(count - 1), at most `jobs` at a time, and returns when all have returned. With one job, or one
// piece of work, everything happens on the caller's thread in order. `work` must not throw.
void ForEachInParallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& work);

// How many processors this process may use; at least 1.
int UsableProcessors();

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_SYSTEM_PARALLEL_H_
