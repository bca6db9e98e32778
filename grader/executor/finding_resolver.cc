#include "grader/executor/finding_resolver.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "grader/compile/submission_build.h"
#include "grader/executor/object_names.h"
#include "grader/executor/symbolizer.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

void Collect(const std::vector<Address>& frames, std::set<Address>& addresses) {
  addresses.insert(frames.begin(), frames.end());
}

std::set<Address> CodeAddresses(const std::vector<TraceFinding>& findings) {
  std::set<Address> addresses;
  for (const TraceFinding& finding : findings) {
    for (const TraceStack& stack : finding.stacks) Collect(stack.frames, addresses);
    for (const TraceThread& thread : finding.threads) Collect(thread.frames, addresses);
    for (const TraceStep& step : finding.steps) Collect(step.frames, addresses);
    if (!finding.consequence) continue;
    for (const TraceStack& stack : finding.consequence->stacks) Collect(stack.frames, addresses);
    for (const TraceStep& step : finding.consequence->steps) Collect(step.frames, addresses);
  }
  return addresses;
}

std::set<Address> DataAddresses(const std::vector<TraceFinding>& findings) {
  std::set<Address> addresses;
  const auto collect = [&](const std::vector<TraceStep>& steps) {
    for (const TraceStep& step : steps) {
      if (step.symbol_address != 0 && !step.object.empty()) addresses.insert(step.symbol_address);
    }
  };
  for (const TraceFinding& finding : findings) {
    if (finding.object && finding.object->symbol_address != 0) addresses.insert(finding.object->symbol_address);
    collect(finding.steps);
    if (finding.consequence) collect(finding.consequence->steps);
  }
  return addresses;
}

class Resolver {
 public:
  Resolver(const SymbolTable& code, const std::map<Address, std::string>& data, const SourceMap& sources)
      : code_(code), data_(data), sources_(sources) {}

  Finding Resolve(const TraceFinding& finding) const {
    const Names names{ThreadNames(finding), ObjectNames(finding, data_)};
    Finding resolved;
    resolved.kind = finding.kind;
    resolved.message = WithKnownNames(finding.message, names);
    resolved.test = finding.scenario;
    resolved.schedule = finding.schedule;
    resolved.execution = finding.execution;
    resolved.preemptions = finding.preemptions;
    resolved.event_hash = finding.event_hash;
    resolved.itinerary = finding.itinerary;
    if (finding.object) resolved.object = ObjectName(*finding.object);
    resolved.stacks = Stacks(finding.stacks, names);
    if (std::optional<Frame> place = sources_.Find(finding.file, finding.line); place && resolved.stacks.empty()) {
      resolved.stacks.push_back(
          {.role = "this line of the test", .thread = "", .step = 0, .value = "", .frames = {*place}});
    }
    for (const TraceThread& thread : finding.threads) {
      resolved.threads.push_back({.name = thread.name,
                                  .created_by = thread.created_by ? NameOf(*thread.created_by, names) : "",
                                  .state = thread.state,
                                  .waits_for = names.objects.In(thread.waits_for),
                                  .frames = Frames(thread.frames)});
    }
    resolved.steps = Steps(finding.steps, names);
    if (finding.consequence) {
      resolved.consequence = Consequence{.kind = finding.consequence->kind,
                                         .message = WithKnownNames(finding.consequence->message, names),
                                         .schedule = finding.consequence->schedule,
                                         .preemptions = finding.consequence->preemptions,
                                         .stacks = Stacks(finding.consequence->stacks, names),
                                         .steps = Steps(finding.consequence->steps, names)};
    }
    return resolved;
  }

 private:
  struct Names {
    std::map<int, std::string> threads;
    ObjectNames objects;
  };

  static std::map<int, std::string> ThreadNames(const TraceFinding& finding) {
    std::map<int, std::string> names;
    for (const TraceThread& thread : finding.threads) names[thread.id] = thread.name;
    return names;
  }

  static std::string NameOf(int thread, const Names& names) {
    const auto name = names.threads.find(thread);
    if (name != names.threads.end()) return name->second;
    return thread == 0 ? "main" : absl::StrCat("T", thread);
  }

  // Messages may quote file names as the compiler knew them, e.g. in the text of a failed expectation.
  static std::string WithKnownNames(const std::string& message, const Names& names) {
    return absl::StrReplaceAll(names.objects.In(message), {{absl::StrCat(kSubmissionName, "/./"), ""},
                                                           {absl::StrCat(kSubmissionName, "/"), ""},
                                                           {absl::StrCat(kExerciseName, "/"), ""},
                                                           {absl::StrCat(kHiddenName, "/"), ""}});
  }

  std::string ObjectName(const TraceObject& object) const {
    const auto symbol = data_.find(object.symbol_address);
    if (symbol == data_.end()) return object.name;
    const std::string name = absl::StrReplaceAll(symbol->second, {{"(anonymous namespace)::", ""}});
    return object.name.empty() || object.name == name ? name : absl::StrCat(name, " (", object.name, ")");
  }

  std::vector<Frame> Frames(const std::vector<Address>& addresses) const {
    std::vector<Frame> frames;
    for (const Address address : addresses) {
      const auto places = code_.find(address);
      if (places == code_.end()) continue;
      for (const SourcePlace& place : places->second) {
        std::optional<Frame> frame = sources_.Find(place.file, place.line);
        if (!frame) continue;
        frame->function = ShortFunctionName(place.function);
        frames.push_back(*std::move(frame));
      }
    }
    return frames;
  }

  std::vector<Stack> Stacks(const std::vector<TraceStack>& stacks, const Names& names) const {
    std::vector<Stack> resolved;
    for (const TraceStack& stack : stacks) {
      resolved.push_back({.role = names.objects.In(stack.role),
                          .thread = NameOf(stack.thread, names),
                          .step = stack.step,
                          .value = stack.value,
                          .frames = Frames(stack.frames)});
    }
    return resolved;
  }

  // Whether GoogleTest, and nobody else, is at work there: it takes locks of its own when an expectation fails.
  bool IsInsideGoogleTest(const std::vector<Address>& addresses) const {
    for (const Address address : addresses) {
      const auto places = code_.find(address);
      if (places == code_.end()) continue;
      for (const SourcePlace& place : places->second) {
        if (absl::StartsWith(place.function, "testing::")) return true;
        if (sources_.Find(place.file, place.line)) return false;
      }
    }
    return false;
  }

  // The innermost line of the student's, or else of the test's.
  std::optional<Frame> Where(const std::vector<Address>& addresses) const {
    if (IsInsideGoogleTest(addresses)) return std::nullopt;
    std::optional<Frame> of_test;
    for (Frame& frame : Frames(addresses)) {
      if (frame.origin == Origin::kStudent) return std::move(frame);
      if (!of_test) of_test = std::move(frame);
    }
    return of_test;
  }

  std::vector<StepRow> Steps(const std::vector<TraceStep>& steps, const Names& names) const {
    std::vector<StepRow> rows;
    for (const TraceStep& step : steps) {
      rows.push_back({.step = step.step,
                      .thread = NameOf(step.thread, names),
                      .operation = step.operation,
                      .object = names.objects.In(step.object),
                      .outcome = names.objects.In(step.outcome),
                      .value = step.value,
                      .preempts = step.preempts,
                      .where = Where(step.frames)});
    }
    return rows;
  }

  const SymbolTable& code_;
  const std::map<Address, std::string>& data_;
  const SourceMap& sources_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> ResolveFindings(const std::vector<TraceFinding>& findings,
                                                     const std::filesystem::path& symbolizer,
                                                     const std::filesystem::path& program, const SourceMap& sources) {
  ASSIGN_OR_RETURN(const SymbolTable code, Symbolize(symbolizer, program, CodeAddresses(findings)));
  ASSIGN_OR_RETURN(const auto data, SymbolizeData(symbolizer, program, DataAddresses(findings)));
  const Resolver resolver(code, data, sources);
  std::vector<Finding> resolved;
  for (const TraceFinding& finding : findings) resolved.push_back(resolver.Resolve(finding));
  return resolved;
}

}  // namespace racecourse::grader
