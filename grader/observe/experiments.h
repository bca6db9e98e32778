// What `racecourse observe processes` looks at, by experiment: each function starts a child, lets it do something, and
// asks the kernel (through /proc and getrusage) what has become of it on both sides. Linux only; one thread at a time.
#ifndef RACECOURSE_GRADER_OBSERVE_EXPERIMENTS_H_
#define RACECOURSE_GRADER_OBSERVE_EXPERIMENTS_H_

#include "nlohmann/json.hpp"

namespace racecourse::observe {

// One variable, one address: what the parent finds there and what its child, which has written to it; the same with a
// thread instead of a child, and in memory mapped MAP_SHARED.
nlohmann::json ObserveMemory();

// A child writes to some pages of memory that it got from its parent: what the kernel says is shared and what is its
// own, before and after, and how often it had to fault.
nlohmann::json ObserveCopyOnWrite();

// One file opened before the fork and one opened by the child itself: where the offsets are after the child has read,
// and whether the parent's descriptor survives that the child closes its own.
nlohmann::json ObserveDescriptors();

}  // namespace racecourse::observe

#endif  // RACECOURSE_GRADER_OBSERVE_EXPERIMENTS_H_
