#include "grader/debug/plan.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "grader/report/timeline.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

constexpr std::int64_t kAtTheEnd = 0xffff'ffff;

// Of the memory that the finding is about; nothing else is recorded.
bool IsPlainAccess(const TraceStep& step) {
  return (step.operation == "read" || step.operation == "write") && step.object.empty();
}

std::string OneLine(const std::string& text) { return absl::StrReplaceAll(text, {{"\n", " "}}); }

std::string Describe(const StepRow& row) {
  std::string text = absl::StrCat("step ", row.step, " of the schedule: ", row.thread);
  if (row.where) absl::StrAppend(&text, ", ", row.where->file, ":", row.where->line);
  return absl::StrCat(text, ", ", ActionOf(row));
}

class Planner {
 public:
  Planner(const TraceFinding& finding, const Finding& resolved, const AddressMap& addresses)
      : finding_(finding), resolved_(resolved), addresses_(addresses) {}

  DebugPlan Plan() {
    for (std::size_t i = 0; i < finding_.steps.size(); ++i) {
      if (finding_.steps[i].preempts) Mark(i, SwitchText(i));
    }
    for (std::size_t i = 0; i < finding_.stacks.size(); ++i) {
      if (const auto step = StepOf(finding_.stacks[i])) Mark(*step, finding_.stacks[i].role);
    }
    if (IsAboutWaiting(finding_.kind)) MarkLastOfEachThread();
    if (!finding_.steps.empty()) Mark(finding_.steps.size() - 1, "the last step");
    DebugPlan plan;
    for (const auto& [step, why] : marked_) {
      if (auto stop = StopAt(step, why)) plan.stops.push_back(*std::move(stop));
    }
    plan.end = End();
    return plan;
  }

 private:
  void Mark(std::size_t step, const std::string& why) {
    std::string& known = marked_[step];
    if (known.empty()) known = why;
  }

  std::string SwitchText(std::size_t step) const {
    if (step == 0 || resolved_.steps[step - 1].thread == resolved_.steps[step].thread) return "a switch";
    return absl::StrCat("a switch: ", resolved_.steps[step - 1].thread, " could have gone on");
  }

  // Stacks were kept at a step, or taken where the execution ended.
  std::optional<std::size_t> StepOf(const TraceStack& stack) const {
    for (std::size_t i = finding_.steps.size(); i-- > 0;) {
      const TraceStep& step = finding_.steps[i];
      if (step.thread != stack.thread || step.frames.empty() || stack.frames.empty()) continue;
      if (step.step == stack.step && step.frames.front() == stack.frames.front()) return i;
    }
    return std::nullopt;
  }

  void MarkLastOfEachThread() {
    std::map<int, std::size_t> last;
    for (std::size_t i = 0; i < finding_.steps.size(); ++i) last[finding_.steps[i].thread] = i;
    for (const auto& [thread, step] : last) {
      const auto waits = std::ranges::find(finding_.threads, thread, &TraceThread::id);
      if (waits == finding_.threads.end() || waits->waits_for.empty()) continue;
      Mark(step, absl::StrCat("its last step; then it waits for ", waits->waits_for));
    }
  }

  std::optional<DebugStop> StopAt(std::size_t i, const std::string& why) const {
    const TraceStep& step = finding_.steps[i];
    DebugStop stop;
    stop.position = step.arrival;
    if (IsPlainAccess(step)) {
      const auto code = step.frames.empty() ? std::nullopt : addresses_.Find(step.frames.front());
      if (!code) return std::nullopt;
      stop.code = *code;
      stop.accesses = step.accesses;
    }
    stop.text = OneLine(absl::StrCat(Describe(resolved_.steps[i]), " (", why, ")"));
    return stop;
  }

  std::string End() const {
    std::string text =
        absl::StrCat("The schedule ends here: ", FindingKindTitle(finding_.kind), ". ", resolved_.message);
    for (const ThreadState& thread : resolved_.threads) {
      if (thread.waits_for.empty() || !IsAboutWaiting(finding_.kind)) continue;
      absl::StrAppend(&text, " ", thread.name, " waits for ", thread.waits_for);
      if (!thread.frames.empty()) {
        absl::StrAppend(&text, ", at ", thread.frames.front().file, ":", thread.frames.front().line);
      }
      absl::StrAppend(&text, ".");
    }
    return OneLine(text);
  }

  const TraceFinding& finding_;
  const Finding& resolved_;
  const AddressMap& addresses_;
  std::map<std::size_t, std::string> marked_;  // steps, and why they matter
};

}  // namespace

std::string DebugPlan::ToString() const {
  std::string text;
  for (const DebugStop& stop : stops) {
    absl::StrAppend(&text, stop.position, " ", stop.accesses, " ", absl::Hex(stop.code), " ", stop.text, "\n");
  }
  absl::StrAppend(&text, kAtTheEnd, " 0 0 ", end, "\n");
  return text;
}

DebugPlan PlanDebugging(const TraceFinding& finding, const Finding& resolved, const AddressMap& addresses) {
  return Planner(finding, resolved, addresses).Plan();
}

}  // namespace racecourse::grader
