#include "grader/report/finding_report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grader/report/interleaving.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

constexpr std::size_t kFramesShown = 6;

class Writer {
 public:
  explicit Writer(const TerminalStyle& style) : style_(style) {}

  void Paragraph(absl::string_view text, absl::string_view margin = "") {
    for (const std::string& line : Wrap(text, style_.width - static_cast<int>(margin.size()))) {
      absl::StrAppend(&text_, margin, line, "\n");
    }
  }
  void Line(absl::string_view text) { absl::StrAppend(&text_, text, "\n"); }
  void Heading(absl::string_view text) { absl::StrAppend(&text_, "\n", style_.Paint(Ink::kBold, text), "\n"); }

  void AddStacks(const std::vector<Stack>& stacks) {
    for (const Stack& stack : stacks) {
      std::string heading = stack.thread.empty() ? stack.role : absl::StrCat(stack.thread, ": ", stack.role);
      if (!stack.value.empty()) absl::StrAppend(&heading, ", value ", stack.value);
      Line(style_.Paint(Ink::kBold, heading));
      AddFrames(stack.frames);
    }
  }

  void AddFrames(const std::vector<Frame>& frames) {
    if (frames.empty()) Line(style_.Paint(Ink::kDim, "    not in your files"));
    std::size_t shown = 0;
    for (const Frame& frame : frames) {
      if (shown++ == kFramesShown) {
        Line(style_.Paint(Ink::kDim, absl::StrCat("    … and ", frames.size() - kFramesShown, " more")));
        break;
      }
      std::string place = frame.line > 0 ? absl::StrCat(frame.file, ":", frame.line) : frame.file;
      if (!frame.function.empty()) absl::StrAppend(&place, "  in ", frame.function);
      const bool is_student = frame.origin == Origin::kStudent;
      Line(absl::StrCat("    ", style_.Paint(is_student ? Ink::kPlain : Ink::kDim, place)));
      if (!frame.source.empty() && is_student) Paragraph(frame.source, "        ");
    }
  }

  void AddWaits(const std::vector<ThreadState>& threads) {
    for (const ThreadState& thread : threads) {
      if (thread.waits_for.empty()) continue;
      std::string line = absl::StrCat(thread.name, " waits for ", thread.waits_for);
      const auto frame =
          std::ranges::find_if(thread.frames, [](const Frame& f) { return f.origin == Origin::kStudent; });
      if (frame != thread.frames.end()) absl::StrAppend(&line, ", at ", frame->file, ":", frame->line);
      Paragraph(line, "    ");
    }
  }

  void AddInterleaving(const std::vector<StepRow>& steps, absl::string_view heading) {
    const std::vector<std::string> table = InterleavingTable(steps, style_);
    if (table.empty()) return;
    Heading(heading);
    for (const std::string& line : table) Line(line);
  }

  std::string Take() { return std::move(text_); }

 private:
  const TerminalStyle& style_;
  std::string text_;
};

// The steps, and below them where each thread waits for ever.
std::vector<StepRow> StepsAndWaits(const Finding& finding) {
  std::vector<StepRow> steps = finding.steps;
  if (!IsAboutWaiting(finding.kind)) return steps;
  for (const ThreadState& thread : finding.threads) {
    if (thread.waits_for.empty() || thread.frames.empty()) continue;
    auto frame = std::ranges::find(thread.frames, Origin::kStudent, &Frame::origin);
    if (frame == thread.frames.end()) frame = thread.frames.begin();
    steps.push_back({.step = 0,
                     .thread = thread.name,
                     .operation = "waits for",
                     .object = thread.waits_for,
                     .outcome = "",
                     .value = "",
                     .preempts = false,
                     .where = *frame});
  }
  return steps;
}

std::string Preemptions(int count) {
  if (count == 0) return "no forced switch";
  return absl::StrCat(count, count == 1 ? " forced switch" : " forced switches");
}

}  // namespace

std::string FindingReport(const Finding& finding, absl::string_view replay_command, const TerminalStyle& style) {
  Writer writer(style);
  std::string title(FindingKindTitle(finding.kind));
  if (!finding.test.empty()) absl::StrAppend(&title, " in ", finding.test);
  if (!finding.object.empty()) absl::StrAppend(&title, ", on ", finding.object);
  const std::vector<std::string> title_lines = Wrap(title, style.width);
  for (const std::string& line : title_lines) writer.Line(style.Paint(Ink::kRed, line));
  writer.Paragraph(finding.message);
  if (!finding.stacks.empty()) {
    writer.Line("");
    writer.AddStacks(finding.stacks);
  }
  const bool anybody_waits =
      std::ranges::any_of(finding.threads, [](const ThreadState& t) { return !t.waits_for.empty(); });
  if (anybody_waits && IsAboutWaiting(finding.kind)) {
    writer.Heading("Who waits for whom");
    writer.AddWaits(finding.threads);
  }
  writer.AddInterleaving(StepsAndWaits(finding),
                         absl::StrCat("How it happens (", Preemptions(finding.preemptions), ")"));
  if (finding.consequence) {
    writer.Heading(absl::StrCat("What it leads to: ", FindingKindTitle(finding.consequence->kind), " (",
                                Preemptions(finding.consequence->preemptions), ")"));
    writer.Paragraph(finding.consequence->message);
    writer.AddInterleaving(finding.consequence->steps, "How that happens");
  }
  for (const Witness& witness : finding.witnesses) {
    writer.Line("");
    writer.Paragraph(witness.message);
    if (witness.verdict == Witness::Verdict::kDiffers) writer.AddStacks(witness.stacks);
  }
  if (!replay_command.empty()) {
    writer.Line("");
    writer.Line(absl::StrCat("replay: ", style.Paint(Ink::kGreen, replay_command)));
  }
  return writer.Take();
}

}  // namespace racecourse::grader
