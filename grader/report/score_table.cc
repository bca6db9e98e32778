#include "grader/report/score_table.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "grader/report/finding_report.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

Ink InkOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return Ink::kGreen;
    case Verdict::kFail:
      return Ink::kRed;
    case Verdict::kSkipped:
      return Ink::kDim;
    case Verdict::kInconclusive:
      return Ink::kYellow;
    case Verdict::kGraderError:
      return Ink::kYellow;
  }
  return Ink::kPlain;
}

std::string Title(absl::string_view name) { return absl::StrReplaceAll(name, {{"_", " "}}); }

// A bug is shown once, however many tests it fails.
std::string Shape(Finding finding) {
  finding.test.clear();
  const bool has_place = std::ranges::any_of(finding.stacks, [](const Stack& stack) { return !stack.frames.empty(); });
  return has_place ? CanonicalHash(finding) : absl::StrCat(finding.id, finding.message);
}

// What stands beside a verdict: for a pass its strength, for a failure what was found.
std::string Remark(const CheckResult& check) {
  if (check.verdict != Verdict::kFail) return check.strength;
  std::vector<std::string> kinds;
  for (const Finding& finding : check.findings) {
    const std::string kind(FindingKindTitle(finding.kind));
    if (std::ranges::count(kinds, kind) == 0) kinds.push_back(kind);
  }
  std::string remark = absl::StrJoin(kinds, ", ");
  // Executions are counted from 0, schedules as people count.
  if (!check.findings.empty() && !check.findings.front().schedule.empty()) {
    absl::StrAppend(&remark, ", found in schedule ", WithThousands(check.findings.front().execution + 1));
  }
  return remark;
}

}  // namespace

std::string ScoreTable(const SubmissionResult& result, const TerminalStyle& style) {
  std::string text;
  int id_width = 5;
  for (const CheckResult& check : result.checks) id_width = std::max(id_width, DisplayWidth(check.id));
  constexpr int kVerdictWidth = 12;
  constexpr int kPointsWidth = 7;
  const int remark_width = std::max(20, style.width - id_width - kVerdictWidth - kPointsWidth - 6);
  auto row = [&](const std::string& id, const std::string& verdict, const std::string& points,
                 const std::string& remark) {
    return absl::StrCat(PadRight(id, id_width), "  ", PadRight(verdict, kVerdictWidth), "  ",
                        std::string(static_cast<std::size_t>(std::max(0, kPointsWidth - DisplayWidth(points))), ' '),
                        points, "  ", remark);
  };
  const std::string margin(static_cast<std::size_t>(id_width + kVerdictWidth + kPointsWidth + 6), ' ');
  absl::StrAppend(&text, style.Paint(Ink::kBold, row("check", "verdict", "points", "strength")), "\n");
  for (const CheckResult& check : result.checks) {
    const std::vector<std::string> remarks = Wrap(Remark(check), remark_width);
    absl::StrAppend(&text,
                    row(check.id, style.Paint(InkOf(check.verdict), Title(VerdictName(check.verdict))),
                        absl::StrCat(check.points, "/", check.max_points), remarks.front()),
                    "\n");
    for (std::size_t i = 1; i < remarks.size(); ++i) absl::StrAppend(&text, margin, remarks[i], "\n");
  }
  absl::StrAppend(&text,
                  style.Paint(Ink::kBold, row("", "", absl::StrCat(result.score, "/", result.max_score),
                                              Title(SubmissionStatusName(result.status)))),
                  "\n");
  return text;
}

std::string ClassTable(const std::vector<SubmissionResult>& results, const TerminalStyle& style) {
  int id_width = 10;
  for (const SubmissionResult& result : results) id_width = std::max(id_width, DisplayWidth(result.id));
  std::string text =
      style.Paint(Ink::kBold, absl::StrCat(PadRight("submission", id_width), "    score  result")) + "\n";
  struct Bucket {
    std::string title;
    std::set<std::string> submissions;
  };
  std::map<std::string, Bucket> buckets;
  for (const SubmissionResult& result : results) {
    std::vector<std::string> failed;
    for (const CheckResult& check : result.checks) {
      if (check.verdict == Verdict::kFail) failed.push_back(absl::StrCat(check.id, ": ", Remark(check)));
      for (const Finding& finding : check.findings) {
        Bucket& bucket = buckets[CanonicalHash(finding)];
        bucket.title =
            absl::StrCat(FindingKindTitle(finding.kind), " in ", finding.test.empty() ? check.id : finding.test);
        bucket.submissions.insert(result.id);
      }
    }
    std::string summary = Title(SubmissionStatusName(result.status));
    if (result.status == SubmissionStatus::kFailed) absl::StrAppend(&summary, " (", absl::StrJoin(failed, "; "), ")");
    const std::vector<std::string> lines = Wrap(summary, style.width - id_width - 11);
    absl::StrAppend(&text, PadRight(result.id, id_width),
                    absl::StrFormat("  %7s  ", absl::StrCat(result.score, "/", result.max_score)), lines.front(), "\n");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      absl::StrAppend(&text, std::string(static_cast<std::size_t>(id_width) + 11, ' '), lines[i], "\n");
    }
  }
  bool has_heading = false;
  for (const auto& [canonical, bucket] : buckets) {
    if (bucket.submissions.size() < 2) continue;
    if (!has_heading)
      absl::StrAppend(&text, "\n", style.Paint(Ink::kBold, "The same bug in several submissions"), "\n");
    has_heading = true;
    absl::StrAppend(&text, canonical, "  ", bucket.title, ": ", absl::StrJoin(bucket.submissions, ", "), "\n");
  }
  return text;
}

std::string SubmissionReport(const SubmissionResult& result, const std::string& replay_arguments,
                             const TerminalStyle& style) {
  std::string text;
  if (!result.message.empty()) {
    absl::StrAppend(&text, style.Paint(Ink::kBold, Title(SubmissionStatusName(result.status))), "\n", result.message,
                    "\n\n");
  }
  absl::StrAppend(&text, ScoreTable(result, style));
  if (result.status == SubmissionStatus::kRejected) return text;
  std::set<std::string> shapes_shown;
  for (const CheckResult& check : result.checks) {
    if (check.findings.empty()) continue;
    const std::string rule_text = absl::StrCat("── ", check.id, ": ", check.sentence);
    absl::StrAppend(&text, "\n", style.Paint(Ink::kBold, rule_text), "\n");
    bool is_first = true;
    for (const Finding& finding : check.findings) {
      const std::string replay = finding.id.empty() || finding.schedule.empty()
                                     ? ""
                                     : absl::StrCat("racecourse replay ", finding.id, replay_arguments);
      const std::string shape = Shape(finding);
      if (!shapes_shown.insert(shape).second) {
        const std::string also = absl::StrCat("The same lines fail in ", finding.test, " too.");
        absl::StrAppend(&text, absl::StrJoin(Wrap(also, style.width), "\n"), "\n",
                        replay.empty() ? "" : absl::StrCat("replay: ", style.Paint(Ink::kGreen, replay), "\n"));
      } else {
        absl::StrAppend(&text, is_first ? "" : "\n", FindingReport(finding, replay, style), "\n");
      }
      is_first = false;
    }
  }
  return text;
}

}  // namespace racecourse::grader
