#include "grader/report/timeline.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace racecourse::grader {
namespace {

using Kind = TimelineEntry::Kind;

constexpr std::size_t kCycleEntriesMax = 8;  // the longest pattern that is looked for
constexpr std::size_t kRepetitionsMin = 2;   // so many more times are worth folding

bool IsSameLine(const std::optional<Frame>& a, const std::optional<Frame>& b) {
  return a && b && a->file == b->file && a->line == b->line;
}

// The line that `thread` executes next, from step `from` on.
std::optional<Frame> NextLine(const std::vector<StepRow>& steps, std::size_t from, const std::string& thread) {
  for (std::size_t i = from; i < steps.size(); ++i) {
    if (steps[i].thread == thread && steps[i].where) return steps[i].where;
  }
  return std::nullopt;
}

// "create T1", and then "create T1, T2": the verb is said once.
void AddAction(const StepRow& step, const StepRow* previous, std::vector<std::string>& actions) {
  std::string action = ActionOf(step);
  if (action.empty() || (!actions.empty() && actions.back() == action)) return;
  const bool says_only_object = !step.object.empty() && step.value.empty() && step.outcome.empty();
  const bool same_verb = previous != nullptr && previous->thread == step.thread &&
                         previous->operation == step.operation && previous->value.empty() && previous->outcome.empty();
  if (says_only_object && same_verb && !actions.empty()) {
    absl::StrAppend(&actions.back(), ", ", step.object);
  } else {
    actions.push_back(std::move(action));
  }
}

std::vector<TimelineEntry> JoinSteps(const std::vector<StepRow>& steps) {
  std::vector<TimelineEntry> entries;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const StepRow& step = steps[i];
    if (step.preempts && i > 0 && steps[i - 1].thread != step.thread) {
      const std::string& left = steps[i - 1].thread;
      entries.push_back(
          {.kind = Kind::kSwitch, .thread = left, .frame = NextLine(steps, i, left), .actions = {}, .count = 0});
    }
    if (!step.where) continue;
    const bool continues = !entries.empty() && entries.back().kind == Kind::kWork &&
                           entries.back().thread == step.thread && IsSameLine(entries.back().frame, step.where);
    if (!continues) {
      entries.push_back({.kind = Kind::kWork, .thread = step.thread, .frame = step.where, .actions = {}, .count = 0});
    }
    AddAction(step, i > 0 ? &steps[i - 1] : nullptr, entries.back().actions);
  }
  return entries;
}

bool IsSameWork(const TimelineEntry& a, const TimelineEntry& b) {
  return a.kind == b.kind && a.thread == b.thread && IsSameLine(a.frame, b.frame);
}

// How often the `length` entries at `begin` come again right after themselves.
std::size_t Repetitions(const std::vector<TimelineEntry>& entries, std::size_t begin, std::size_t length) {
  std::size_t count = 0;
  for (std::size_t at = begin + length; at + length <= entries.size(); at += length, ++count) {
    for (std::size_t i = 0; i < length; ++i) {
      if (!IsSameWork(entries[begin + i], entries[at + i])) return count;
    }
  }
  return count;
}

std::vector<TimelineEntry> FoldRepetitions(const std::vector<TimelineEntry>& entries) {
  std::vector<TimelineEntry> folded;
  for (std::size_t i = 0; i < entries.size();) {
    std::size_t best_length = 0;
    std::size_t best_count = 0;
    for (std::size_t length = 1; length <= kCycleEntriesMax; ++length) {
      const std::size_t count = Repetitions(entries, i, length);
      if (count >= kRepetitionsMin && count * length > best_count * best_length) {
        best_length = length;
        best_count = count;
      }
    }
    if (best_length == 0) {
      folded.push_back(entries[i++]);
      continue;
    }
    // The last time around is shown: its values are those that matter for what follows.
    const std::size_t last = i + best_length * best_count;
    folded.push_back({.kind = Kind::kRepetition,
                      .thread = entries[i].thread,
                      .frame = {},
                      .actions = {},
                      .count = static_cast<int>(best_count)});
    folded.insert(folded.end(), entries.begin() + static_cast<std::ptrdiff_t>(last),
                  entries.begin() + static_cast<std::ptrdiff_t>(last + best_length));
    i = last + best_length;
  }
  return folded;
}

}  // namespace

std::string ActionOf(const StepRow& step) {
  const std::string object = step.object.empty() ? "" : absl::StrCat(" ", step.object);
  const std::string outcome = step.outcome.empty() ? "" : absl::StrCat(" (", step.outcome, ")");
  if (step.operation == "read" || step.operation == "write") {
    const std::string value = step.value.empty() ? "" : absl::StrCat(object.empty() ? " " : " = ", step.value);
    return absl::StrCat(step.operation, "s", object, value, outcome);
  }
  const std::string value = step.value.empty() ? "" : absl::StrCat(" = ", step.value);
  return absl::StrCat(step.operation, object, value, outcome);
}

std::vector<TimelineEntry> MakeTimeline(const std::vector<StepRow>& steps, std::size_t entries_max) {
  std::vector<TimelineEntry> entries = FoldRepetitions(JoinSteps(steps));
  if (entries.size() > entries_max) {
    const std::size_t dropped = entries.size() - entries_max;
    // A few from the beginning show how it started.
    const std::size_t kept_at_begin = std::min<std::size_t>(5, entries_max / 4);
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(kept_at_begin);
    entries.erase(begin, begin + static_cast<std::ptrdiff_t>(dropped));
    entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(kept_at_begin),
                   {.kind = Kind::kGap, .thread = "", .frame = {}, .actions = {}, .count = static_cast<int>(dropped)});
  }
  return entries;
}

}  // namespace racecourse::grader
