#include "grader/executor/finding_resolver.h"

#include <map>
#include <optional>
#include <set>
#include <span>
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

// By the program that they lie in; the one that was run has no name.
using AddressesByProgram = std::map<std::string, std::set<Address>>;
using CodeByProgram = std::map<std::string, SymbolTable>;
using DataByProgram = std::map<std::string, std::map<Address, std::string>>;

// More than these no program becomes.
constexpr std::size_t kProgramsMax = 16;

template <typename Entry>
void Collect(const std::vector<Entry>& entries, AddressesByProgram& addresses) {
  for (const Entry& entry : entries) addresses[entry.program].insert(entry.frames.begin(), entry.frames.end());
}

AddressesByProgram CodeAddresses(const std::vector<TraceFinding>& findings) {
  AddressesByProgram addresses;
  for (const TraceFinding& finding : findings) {
    Collect(finding.stacks, addresses);
    Collect(finding.threads, addresses);
    Collect(finding.steps, addresses);
    if (!finding.consequence) continue;
    Collect(finding.consequence->stacks, addresses);
    Collect(finding.consequence->steps, addresses);
  }
  return addresses;
}

AddressesByProgram DataAddresses(const std::vector<TraceFinding>& findings) {
  AddressesByProgram addresses;
  const auto collect = [&](const std::vector<TraceStep>& steps) {
    for (const TraceStep& step : steps) {
      if (step.symbol_address != 0 && !step.object.empty()) addresses[step.program].insert(step.symbol_address);
    }
  };
  for (const TraceFinding& finding : findings) {
    if (finding.object && finding.object->symbol_address != 0) {
      addresses[finding.object->program].insert(finding.object->symbol_address);
    }
    collect(finding.steps);
    if (finding.consequence) collect(finding.consequence->steps);
  }
  return addresses;
}

// Calls ask(path, addresses, name) for each program. What is said of one that is not there, or cannot be read, stays
// without lines: the trace may have made it up.
template <typename Ask>
absl::Status ForEachProgram(const AddressesByProgram& all, const std::filesystem::path& run, Ask ask) {
  std::size_t count = 0;
  for (const auto& [name, addresses] : all) {
    std::error_code error;
    const std::filesystem::path path(name);
    if (name.empty()) {
      RETURN_IF_ERROR(ask(run, addresses, name));
    } else if (path.is_absolute() && std::filesystem::is_regular_file(path, error) && ++count < kProgramsMax) {
      ask(path, addresses, name).IgnoreError();
    }
  }
  return absl::OkStatus();
}

class Resolver {
 public:
  Resolver(const CodeByProgram& code, const DataByProgram& data, const SourceMap& sources)
      : code_(code), data_(data), sources_(sources) {}

  Finding Resolve(const TraceFinding& finding) const {
    const auto own = data_.find("");
    const Names names{ThreadNames(finding), own != data_.end() ? ObjectNames(finding, own->second) : ObjectNames()};
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
          {.role = "this line of the test", .thread = "", .step = 0, .value = "", .frames = {*place}, .code = ""});
    }
    for (const TraceThread& thread : finding.threads) {
      resolved.threads.push_back({.name = thread.name,
                                  .created_by = thread.created_by ? NameOf(*thread.created_by, names) : "",
                                  .state = thread.state,
                                  .waits_for = names.objects.In(thread.waits_for),
                                  .frames = Frames(thread)});
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
    const auto program = data_.find(object.program);
    if (program == data_.end()) return object.name;
    const auto symbol = program->second.find(object.symbol_address);
    if (symbol == program->second.end()) return object.name;
    const std::string name = absl::StrReplaceAll(symbol->second, {{"(anonymous namespace)::", ""}});
    return object.name.empty() || object.name == name ? name : absl::StrCat(name, " (", object.name, ")");
  }

  // Where an address of the program's code lies.
  std::span<const SourcePlace> PlacesOf(const std::string& program, Address address) const {
    const auto code = code_.find(program);
    if (code == code_.end()) return {};
    const auto places = code->second.find(address);
    if (places == code->second.end()) return {};
    return places->second;
  }

  // Of a stack, a thread or a step.
  template <typename Entry>
  std::vector<Frame> Frames(const Entry& entry) const {
    std::vector<Frame> frames;
    for (const Address address : entry.frames) {
      for (const SourcePlace& place : PlacesOf(entry.program, address)) {
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
                          .frames = Frames(stack),
                          .code = InnermostCode(stack)});
    }
    return resolved;
  }

  std::string InnermostCode(const TraceStack& stack) const {
    std::string code;
    if (stack.frames.empty()) return code;
    for (const SourcePlace& place : PlacesOf(stack.program, stack.frames.front())) {
      if (!place.file.empty()) absl::StrAppend(&code, place.file, ":", place.line, " ");
    }
    return code;
  }

  // Whether GoogleTest, and nobody else, is at work there: it takes locks of its own when an expectation fails.
  bool IsInsideGoogleTest(const TraceStep& step) const {
    for (const Address address : step.frames) {
      for (const SourcePlace& place : PlacesOf(step.program, address)) {
        if (absl::StartsWith(place.function, "testing::")) return true;
        if (sources_.Find(place.file, place.line)) return false;
      }
    }
    return false;
  }

  // The innermost line of the student's, or else of the test's.
  std::optional<Frame> Where(const TraceStep& step) const {
    if (IsInsideGoogleTest(step)) return std::nullopt;
    std::optional<Frame> of_test;
    for (Frame& frame : Frames(step)) {
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
                      .where = Where(step)});
    }
    return rows;
  }

  const CodeByProgram& code_;
  const DataByProgram& data_;
  const SourceMap& sources_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> ResolveFindings(const std::vector<TraceFinding>& findings,
                                                     const std::filesystem::path& symbolizer,
                                                     const std::filesystem::path& program, const SourceMap& sources) {
  CodeByProgram code;
  RETURN_IF_ERROR(ForEachProgram(CodeAddresses(findings), program,
                                 [&](const auto& path, const auto& addresses, const auto& name) -> absl::Status {
                                   ASSIGN_OR_RETURN(code[name], Symbolize(symbolizer, path, addresses));
                                   return absl::OkStatus();
                                 }));
  DataByProgram data;
  RETURN_IF_ERROR(ForEachProgram(DataAddresses(findings), program,
                                 [&](const auto& path, const auto& addresses, const auto& name) -> absl::Status {
                                   ASSIGN_OR_RETURN(data[name], SymbolizeData(symbolizer, path, addresses));
                                   return absl::OkStatus();
                                 }));
  const Resolver resolver(code, data, sources);
  std::vector<Finding> resolved;
  for (const TraceFinding& finding : findings) resolved.push_back(resolver.Resolve(finding));
  return resolved;
}

}  // namespace racecourse::grader
