// A run along an itinerary that somebody watches in a debugger: the steps that matter call a function of ours, at which
// the debugger has a breakpoint, and threads have the names that the report gives them.
//
// The order stops=PATH names a file with one step on each line, in the order in which they come:
//   POSITION ACCESSES CODE TEXT
// POSITION is how many entries of the itinerary come before the stop. With CODE 0 that is where the thread of the last
// of them goes on, about to perform its operation; otherwise it is the thread's plain access number ACCESSES after
// that, which instrumented code announces at the address CODE. The last line, with the position 4294967295, is what is
// said at the end.
#ifndef RACECOURSE_CARRIER_NATIVE_WATCH_H_
#define RACECOURSE_CARRIER_NATIVE_WATCH_H_

#include <cstdint>

namespace racecourse {

// The calling thread makes a plain access, announced at the address `code`.
void NoteAccess(std::uint64_t code);

}  // namespace racecourse

// Where a debugger stops. Defined in its own name, so that it finds it.
extern "C" void racecourse_step_of_interest(const char* text);

#endif  // RACECOURSE_CARRIER_NATIVE_WATCH_H_
