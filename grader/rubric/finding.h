// A finding as a student can read it: addresses have become lines of the files they wrote.
#ifndef RACECOURSE_GRADER_RUBRIC_FINDING_H_
#define RACECOURSE_GRADER_RUBRIC_FINDING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace racecourse::grader {

enum class Origin {
  kStudent,  // a file of the submission
  kTest,     // a file of the exercise
  kOther,    // the libraries and the framework; dropped before anybody sees it
};

struct Frame {
  Origin origin = Origin::kOther;
  std::string file;  // as the student knows it: "tally.h", "tests/public_test.cc"
  int line = 0;      // 0: unknown
  std::string function;
  std::string source;  // the text of that line, without its indentation; may be empty

  bool operator==(const Frame&) const = default;
};

struct Stack {
  std::string role;    // "earlier read of 4 bytes"
  std::string thread;  // "T1"
  std::int64_t step = 0;
  std::string value;
  std::vector<Frame> frames;  // innermost first; the student's and the test's only
  // The very place, be it a library's header: as the compiler named files, with what it was inlined into. Known only
  // until the finding is written down.
  std::string code;

  bool operator==(const Stack&) const = default;
};

struct ThreadState {
  std::string name;
  std::string created_by;  // a name; empty for the first thread
  std::string state;
  std::string waits_for;  // empty unless blocked
  std::vector<Frame> frames;

  bool operator==(const ThreadState&) const = default;
};

struct StepRow {
  std::int64_t step = 0;
  std::string thread;
  std::string operation;
  std::string object;
  std::string outcome;
  std::string value;
  bool preempts = false;
  std::optional<Frame> where;  // the student's line, else the test's, else nothing

  bool operator==(const StepRow&) const = default;
};

struct Consequence {
  std::string kind;
  std::string message;
  std::string schedule;
  int preemptions = 0;
  std::vector<Stack> stacks;
  std::vector<StepRow> steps;

  bool operator==(const Consequence&) const = default;
};

// What another executor says about a finding, having followed its execution on threads of the operating system.
struct Witness {
  enum class Verdict {
    kConfirms,  // it reports the same two accesses
    kDiffers,   // it followed to the end, and reports something else
    kSilent,    // it followed to the end, and reports nothing
    kAbsent,    // it could not follow
  };
  std::string executor;  // "thread-sanitizer"
  Verdict verdict = Verdict::kAbsent;
  std::string message;        // a sentence
  std::vector<Stack> stacks;  // of its own report
  int plain_runs = 0;         // how often it saw the program run without our scheduler
  int plain_reports = 0;      // and in how many of these it reported anything

  bool operator==(const Witness&) const = default;
};

struct Finding {
  std::string kind;      // of the result schema: "data_race"
  std::string detector;  // "address-sanitizer"; empty: the engine
  std::string message;
  std::string test;      // "Tally.CountsEveryVisitor"; "main" for a whole program
  std::string schedule;  // empty: nothing to replay
  std::int64_t execution = 0;
  int preemptions = 0;
  std::string event_hash;
  std::string object;  // what it happened to: "Tally::count_"
  std::vector<Stack> stacks;
  std::vector<ThreadState> threads;
  std::vector<StepRow> steps;
  std::optional<Consequence> consequence;
  std::string itinerary;  // of its execution, for other executors to follow; empty: there is none
  std::vector<Witness> witnesses;
  std::string id;  // "tally/totals/1": what `racecourse replay` takes; empty until it is kept somewhere

  bool operator==(const Finding&) const = default;
};

// Names the shape of the bug: the same for two submissions that fail the same test in the same way at the same
// lines, whatever the schedule. 16 hexadecimal digits.
std::string CanonicalHash(const Finding& finding);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_RUBRIC_FINDING_H_
