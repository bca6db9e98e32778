// What a process, a thread and a coroutine cost to create and to switch to, on this machine. Google Benchmark measures.
#ifndef RACECOURSE_GRADER_OBSERVE_COSTS_H_
#define RACECOURSE_GRADER_OBSERVE_COSTS_H_

#include "nlohmann/json.hpp"

namespace racecourse::observe {

// An array of {"group": "create" or "switch", "what", "how", "nanoseconds", "page_faults", "switches"}: the median of
// five runs, each of about `seconds`, per creation or per switch in one direction. The last two are what the kernel has
// counted. The calling thread is bound to one processor from then on, so that whoever is switched to cannot run beside
// it.
nlohmann::json MeasureCosts(double seconds);

}  // namespace racecourse::observe

#endif  // RACECOURSE_GRADER_OBSERVE_COSTS_H_
