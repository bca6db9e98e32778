// What a program under test says about itself: version 1 of the trace (docs/architecture.md), as values. Every string
// is free of control characters and every number within its bounds, because the reader lets nothing else through; apart
// from that these are the program's own words, and a hostile program may have made them up.
#ifndef RACECOURSE_GRADER_TRACE_TRACE_H_
#define RACECOURSE_GRADER_TRACE_TRACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace racecourse::grader {

using Address = std::uint64_t;

struct TraceStack {
  std::string role;  // "earlier read of 4 bytes"
  int thread = 0;
  std::int64_t step = 0;
  std::string value;
  std::vector<Address> frames;  // innermost first, as everywhere
  std::string program;          // a path: where the frames lie, if in another program that a process became
};

struct TraceThread {
  int id = 0;
  std::string name;
  std::optional<int> created_by;
  std::int64_t created_at_step = 0;
  std::string state;  // "finished", "runnable", "blocked", …
  std::string waits_for;
  std::vector<Address> frames;
  std::string program;
};

struct TraceStep {
  std::int64_t step = 0;
  int thread = 0;
  std::string operation;
  std::string object;
  Address symbol_address = 0;  // the object's; 0: not in one that has a symbol
  std::string outcome;
  std::string value;
  bool preempts = false;      // the scheduler switched away here from a thread that could have gone on
  std::int64_t arrival = 0;   // how many entries of the itinerary came before it
  std::int64_t accesses = 0;  // how many plain accesses since the last of them, this one included if it is one
  std::vector<Address> frames;
  std::string program;
};

struct TraceObject {
  std::string name;
  Address address = 0;
  Address symbol_address = 0;  // 0: not in an object that has a symbol
  std::string program;         // where the symbol is
};

// What a finding leads to, e.g. the lost update behind a data race: an execution of its own.
struct TraceConsequence {
  std::string kind;
  std::string message;
  std::string schedule;
  int preemptions = 0;
  std::vector<TraceStack> stacks;
  std::vector<TraceStep> steps;
};

struct TraceFinding {
  std::string scenario;
  std::string kind;
  std::string message;
  std::string schedule;
  std::int64_t execution = 0;
  int preemptions = 0;
  bool confirmed = false;  // replayed from a fresh image with the same result
  std::string event_hash;
  std::optional<int> reproduced;  // of a replay only: how many of its repetitions ended like this
  std::string file;               // the place in the test that the finding is about, where there is one
  int line = 0;
  std::optional<TraceObject> object;
  std::vector<TraceStack> stacks;
  std::vector<TraceThread> threads;
  std::vector<TraceStep> steps;
  std::optional<TraceConsequence> consequence;
  std::string itinerary;
};

// An execution that did not fail.
struct TraceItinerary {
  std::string scenario;
  std::string itinerary;
};

// What a program of a witness variant saw in one run.
struct TraceWitness {
  struct Report {
    std::string kind;     // in the sanitizer's words: "data-race"
    std::string message;  // what else it says in a word: the variable, the undefined operation; may be empty
    std::vector<TraceStack> accesses;
  };
  struct InChild {
    int thread = 0;
    int process = 0;
    bool is_watched = false;
  };
  std::string executor;
  std::string scenario;
  std::string following;  // "followed", "diverged", …
  std::int64_t arrivals = 0;
  std::int64_t followed = 0;
  std::string expected;
  std::string actual;
  int signal = 0;
  bool has_fences = false;           // of which ThreadSanitizer makes nothing
  bool has_fibers = false;           // which it numbers among the threads
  std::vector<InChild> in_children;  // the threads of child processes
  std::vector<Report> reports;
};

enum class ScenarioStatus { kUnfinished, kPassed, kFailed, kInconclusive, kError };

struct TraceScenario {
  std::string name;
  ScenarioStatus status = ScenarioStatus::kUnfinished;  // kUnfinished: began, and the program died in it
  std::int64_t executions = 0;
  std::string strength;
  std::string event_hash;
  double schedules_per_second = 0;
  std::string error;
  bool wants_files_alone = false;  // it changes files while other explorers share them
};

// One GoogleTest test, whether its body is a scenario or not.
struct TraceTest {
  std::string name;
  bool passed = false;
  std::string message;
};

struct Trace {
  std::string program;
  std::string executor;  // of a program of a sanitizer's variant
  std::vector<TraceScenario> scenarios;
  std::vector<TraceFinding> findings;
  std::vector<TraceTest> tests;
  std::vector<TraceItinerary> itineraries;
  std::vector<TraceWitness> witnesses;
  bool has_begun = false;    // there was at least a first record
  bool is_complete = false;  // the program said that it ended
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_TRACE_TRACE_H_
