#include "grader/trace/finding_record.h"

#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/trace/finding_kind.h"
#include "grader/trace/sanitizer_text.h"

namespace racecourse::grader {
namespace {

constexpr int kThreadMax = 65535;
constexpr std::size_t kStacksMax = 1024;
constexpr std::size_t kReportsMax = 64;
constexpr std::size_t kThreadsMax = 4096;
constexpr std::size_t kStepsMax = 1'000'000;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

std::string ReadKind(RecordFields& fields) {
  std::string kind = fields.RequiredString("kind");
  if (!IsFindingKind(kind)) fields.Refuse("kind", "a kind of finding");
  return kind;
}

std::string ReadSchedule(RecordFields& fields) {
  std::string schedule = fields.String("schedule");
  // It is going to be printed in a command line, and to travel in `key=value;key=value`.
  for (const char c : schedule) {
    if (c <= ' ' || c > '~' || absl::StrContains(";'\"\\$`|&<>()*?!#", c)) {
      fields.Refuse("schedule", "printable and without characters that a shell reads");
      break;
    }
  }
  return schedule;
}

std::vector<TraceStack> ReadStacks(RecordFields& fields) {
  std::vector<TraceStack> stacks;
  fields.ForEach("stacks", kStacksMax, [&](RecordFields& entry) {
    TraceStack& stack = stacks.emplace_back();
    stack.role = entry.String("role");
    stack.thread = static_cast<int>(entry.RequiredInteger("thread", 0, kThreadMax));
    stack.step = entry.Integer("step", 0, kAny);
    stack.value = entry.String("value");
    stack.frames = entry.Frames("frames");
    stack.program = entry.String("program");
  });
  return stacks;
}

std::vector<TraceThread> ReadThreads(RecordFields& fields) {
  std::vector<TraceThread> threads;
  fields.ForEach("threads", kThreadsMax, [&](RecordFields& entry) {
    TraceThread& thread = threads.emplace_back();
    thread.id = static_cast<int>(entry.RequiredInteger("id", 0, kThreadMax));
    thread.name = entry.RequiredString("name");
    if (const auto creator = entry.OptionalInteger("created_by", -1, kThreadMax); creator && *creator >= 0) {
      thread.created_by = static_cast<int>(*creator);
    }
    thread.created_at_step = entry.Integer("created_at_step", -1, kAny);
    thread.state = entry.String("state");
    thread.waits_for = entry.String("waits_for");
    thread.frames = entry.Frames("frames");
    thread.program = entry.String("program");
  });
  return threads;
}

std::vector<TraceStep> ReadSteps(RecordFields& fields) {
  std::vector<TraceStep> steps;
  fields.ForEach("steps", kStepsMax, [&](RecordFields& entry) {
    TraceStep& step = steps.emplace_back();
    step.step = entry.RequiredInteger("step", 0, kAny);
    step.thread = static_cast<int>(entry.RequiredInteger("thread", 0, kThreadMax));
    step.operation = entry.String("operation");
    step.object = entry.String("object");
    step.symbol_address = entry.HexAddress("symbol_address");
    step.outcome = entry.String("outcome");
    step.value = entry.String("value");
    step.preempts = entry.Boolean("preempts");
    step.arrival = entry.Integer("arrival", 0, kAny);
    step.accesses = entry.Integer("accesses", 0, kAny);
    step.frames = entry.Frames("frames");
    step.program = entry.String("program");
  });
  return steps;
}

}  // namespace

TraceFinding ReadFindingRecord(RecordFields& fields) {
  TraceFinding finding;
  finding.scenario = fields.RequiredString("scenario");
  finding.kind = ReadKind(fields);
  finding.message = fields.RequiredString("message");
  finding.schedule = ReadSchedule(fields);
  finding.execution = fields.Integer("execution", 0, kAny);
  finding.preemptions = static_cast<int>(fields.Integer("preemptions", 0, 1'000'000'000));
  finding.confirmed = fields.Boolean("confirmed");
  finding.event_hash = fields.String("event_hash");
  if (const auto reproduced = fields.OptionalInteger("reproduced", 0, 1'000'000'000)) {
    finding.reproduced = static_cast<int>(*reproduced);
  }
  finding.file = fields.String("file");
  finding.line = static_cast<int>(fields.Integer("line", 0, 100'000'000));
  fields.IfObject("object", [&](RecordFields& entry) {
    finding.object = TraceObject{
        .name = entry.String("name"),
        .address = entry.HexAddress("address"),
        .symbol_address = entry.HexAddress("symbol_address"),
        .program = entry.String("program"),
    };
  });
  finding.stacks = ReadStacks(fields);
  finding.threads = ReadThreads(fields);
  finding.steps = ReadSteps(fields);
  fields.IfObject("consequence", [&](RecordFields& entry) {
    TraceConsequence& consequence = finding.consequence.emplace();
    consequence.kind = ReadKind(entry);
    consequence.message = entry.RequiredString("message");
    consequence.schedule = ReadSchedule(entry);
    consequence.preemptions = static_cast<int>(entry.Integer("preemptions", 0, 1'000'000'000));
    consequence.stacks = ReadStacks(entry);
    consequence.steps = ReadSteps(entry);
  });
  finding.itinerary = ReadItinerary(fields);
  return finding;
}

std::string ReadItinerary(RecordFields& fields) {
  std::string itinerary = fields.String("itinerary");
  // It is going to be one line of a file.
  if (itinerary.find_first_not_of("0123456789.@ ") != std::string::npos) fields.Refuse("itinerary", "an itinerary");
  return itinerary;
}

TraceWitness ReadWitnessRecord(RecordFields& fields) {
  TraceWitness witness;
  witness.executor = fields.RequiredString("executor");
  witness.scenario = fields.RequiredString("scenario");
  witness.following = fields.RequiredString("following");
  witness.arrivals = fields.Integer("arrivals", 0, kAny);
  witness.followed = fields.Integer("followed", 0, kAny);
  witness.expected = fields.String("expected");
  witness.actual = fields.String("actual");
  witness.signal = static_cast<int>(fields.Integer("signal", 0, 255));
  witness.has_fences = fields.Boolean("has_fences");
  witness.has_fibers = fields.Boolean("has_fibers");
  fields.ForEach("processes", kThreadMax, [&](RecordFields& entry) {
    witness.in_children.push_back({.thread = static_cast<int>(entry.Integer("thread", 0, kThreadMax)),
                                   .process = static_cast<int>(entry.Integer("process", 1, kThreadMax)),
                                   .is_watched = entry.Boolean("watched")});
  });
  fields.ForEach("reports", kReportsMax, [&](RecordFields& entry) {
    if (const std::string text = entry.String("text"); !text.empty()) {
      for (TraceWitness::Report& report : ParseSanitizerText(text)) witness.reports.push_back(std::move(report));
      return;
    }
    TraceWitness::Report& report = witness.reports.emplace_back();
    report.kind = entry.RequiredString("kind");
    entry.ForEach("accesses", kStacksMax, [&](RecordFields& access) {
      TraceStack& stack = report.accesses.emplace_back();
      stack.role = absl::StrCat(access.Boolean("atomic") ? "atomic " : "", access.Boolean("write") ? "write" : "read",
                                " of ", access.Integer("size", 0, kAny), " bytes");
      stack.thread = static_cast<int>(access.Integer("thread", -1, kThreadMax));
      stack.frames = access.Frames("frames");
    });
  });
  return witness;
}

}  // namespace racecourse::grader
