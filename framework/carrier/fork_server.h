// Runs a scenario again and again, each time in a process that begins as this one is: before any thread was started.
// Each run becomes a record of the trace.
#ifndef RACECOURSE_CARRIER_FORK_SERVER_H_
#define RACECOURSE_CARRIER_FORK_SERVER_H_

namespace racecourse {

struct CarriedScenario {
  const char* name = "";
  void (*body)(void*) = nullptr;  // run in the child; it may return
  void* argument = nullptr;
};

void BeginTrace();
void EndTrace();

// Follows all itineraries, or makes all plain runs, that the orders name. False if the orders are wrong: why is in the
// trace.
bool Serve(const CarriedScenario& scenario);

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_FORK_SERVER_H_
