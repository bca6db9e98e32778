#include "grader/report/interleaving.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/report/timeline.h"

namespace racecourse::grader {
namespace {

using Kind = TimelineEntry::Kind;

constexpr int kColumnWidthMin = 20;
constexpr char kGap[] = "  ";
constexpr int kGapWidth = 2;

std::string Repeat(absl::string_view text, int count) {
  std::string repeated;
  for (int i = 0; i < count; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

// "main" before "T2" before "T10".
int ThreadRank(const std::string& thread) {
  int number = 0;
  return absl::StartsWith(thread, "T") && absl::SimpleAtoi(thread.substr(1), &number) ? number : 0;
}

class Layout {
 public:
  Layout(std::vector<TimelineEntry> entries, const TerminalStyle& style) : entries_(std::move(entries)), style_(style) {
    std::set<std::string> student_files;
    for (const TimelineEntry& entry : entries_) {
      if (entry.kind != Kind::kWork) continue;
      if (std::ranges::count(threads_, entry.thread) == 0) threads_.push_back(entry.thread);
      if (entry.frame->origin == Origin::kStudent) student_files.insert(entry.frame->file);
    }
    std::ranges::sort(threads_, {}, [](const std::string& name) { return std::pair(ThreadRank(name), name); });
    if (student_files.size() == 1) only_file_ = *student_files.begin();
    const int columns = static_cast<int>(threads_.size());
    column_width_ = columns == 0 ? 0 : (style.width - kGapWidth * (columns - 1)) / columns;
    shares_column_ = column_width_ < kColumnWidthMin;
    if (shares_column_) column_width_ = style.width;
  }

  std::vector<std::string> Lines() {
    if (threads_.empty()) return {};
    AddHeading();
    for (const TimelineEntry& entry : entries_) AddEntry(entry);
    return std::move(lines_);
  }

 private:
  void AddHeading() {
    if (shares_column_) {
      lines_.push_back(style_.Paint(Ink::kDim, Repeat("─", style_.width)));
      return;
    }
    std::string names;
    std::string rules;
    for (const std::string& thread : threads_) {
      const bool is_last = &thread == &threads_.back();
      absl::StrAppend(&names, is_last ? thread : PadRight(thread, column_width_) + kGap);
      absl::StrAppend(&rules, Repeat("─", column_width_), is_last ? "" : kGap);
    }
    lines_.push_back(style_.Paint(Ink::kBold, names));
    lines_.push_back(style_.Paint(Ink::kDim, rules));
  }

  void AddEntry(const TimelineEntry& entry) {
    switch (entry.kind) {
      case Kind::kWork:
        AddWork(entry);
        break;
      case Kind::kSwitch: {
        const std::string where = entry.frame ? absl::StrCat(", before ", Place(*entry.frame, "line ")) : "";
        AddMarker(absl::StrCat("switched away from ", entry.thread, " here", where), Ink::kYellow);
        break;
      }
      case Kind::kRepetition:
        AddMarker(absl::StrCat("the same ", entry.count, " times, and then"), Ink::kDim);
        break;
      case Kind::kGap:
        AddMarker(absl::StrCat(entry.count, " rows left out"), Ink::kDim);
        break;
    }
  }

  // "14" in the only file of the student's, otherwise "tally.h:14".
  std::string Place(const Frame& frame, absl::string_view before_bare_number) const {
    if (frame.file == only_file_) return absl::StrCat(before_bare_number, frame.line);
    return absl::StrCat(frame.file.substr(frame.file.rfind('/') + 1), ":", frame.line);
  }

  void AddWork(const TimelineEntry& entry) {
    std::string place = Place(*entry.frame, "");
    if (shares_column_) place = absl::StrCat(entry.thread, "  ", place);
    const int indent = DisplayWidth(place) > column_width_ / 2 ? 2 : DisplayWidth(place) + 1;
    const std::string margin(static_cast<std::size_t>(indent), ' ');
    std::vector<std::pair<std::string, Ink>> cell;
    const std::string text = absl::StrCat(place, " ", entry.frame->source);
    for (const std::string& line : Wrapped(text, margin)) cell.emplace_back(line, Ink::kPlain);
    if (!entry.actions.empty()) {
      const std::string actions = absl::StrJoin(entry.actions, ", ");
      for (const std::string& line : Wrap(actions, column_width_ - indent))
        cell.emplace_back(margin + line, Ink::kCyan);
    }
    const auto thread = std::ranges::find(threads_, entry.thread);
    const int before = shares_column_ ? 0 : static_cast<int>(thread - threads_.begin()) * (column_width_ + kGapWidth);
    for (const auto& [line, ink] : cell) {
      lines_.push_back(std::string(static_cast<std::size_t>(before), ' ') + style_.Paint(ink, line));
    }
  }

  // Wrapped to the column, all lines but the first behind a margin.
  std::vector<std::string> Wrapped(const std::string& text, const std::string& margin) const {
    if (DisplayWidth(text) <= column_width_) return {text};
    std::vector<std::string> lines = Wrap(text, column_width_);
    std::vector<std::string> result = {lines.front()};
    std::string rest = text.substr(lines.front().size());
    rest.erase(0, rest.find_first_not_of(' '));
    for (const std::string& line : Wrap(rest, column_width_ - static_cast<int>(margin.size())))
      result.push_back(margin + line);
    return result;
  }

  void AddMarker(const std::string& text, Ink ink) {
    const std::string inner = absl::StrCat("── ", text, " ");
    lines_.push_back(style_.Paint(ink, inner + Repeat("─", std::max(2, style_.width - DisplayWidth(inner)))));
  }

  const std::vector<TimelineEntry> entries_;
  const TerminalStyle& style_;
  std::vector<std::string> threads_;  // in the order of their first row
  std::string only_file_;             // the student's, when all their rows are in one file
  int column_width_ = 0;
  bool shares_column_ = false;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> InterleavingTable(const std::vector<StepRow>& steps, const TerminalStyle& style) {
  return Layout(MakeTimeline(steps), style).Lines();
}

}  // namespace racecourse::grader
