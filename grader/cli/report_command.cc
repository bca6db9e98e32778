#include <algorithm>
#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "grader/catalog/nearest_name.h"
#include "grader/cli/commands.h"
#include "grader/report/results_file.h"
#include "grader/report/score_table.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

absl::StatusOr<ExitStatus> Report(const std::string& directory, const std::string& only) {
  ASSIGN_OR_RETURN(std::vector<SubmissionResult> results, ReadResults(directory));
  const TerminalStyle style = TerminalStyle::For(STDOUT_FILENO);
  if (!only.empty()) {
    std::vector<std::string> ids;
    for (const SubmissionResult& result : results) ids.push_back(result.id);
    if (std::ranges::count(ids, only) == 0) {
      return absl::NotFoundError(absl::StrCat(directory, ": no submission '", only, "'", DidYouMean(only, ids)));
    }
    std::erase_if(results, [&](const SubmissionResult& result) { return result.id != only; });
  }
  std::string text;
  ExitStatus status = ExitStatus::kPassed;
  for (const SubmissionResult& result : results) {
    status = Worse(status, ExitStatusOf(result.status));
    absl::StrAppend(&text, style.Paint(Ink::kBold, absl::StrCat("═══ ", result.id)), "\n",
                    SubmissionReport(result, absl::StrCat(" ", directory), style), "\n");
  }
  absl::StrAppend(&text, ClassTable(results, style));
  std::fputs(text.c_str(), stdout);
  return status;
}

}  // namespace

void AddReportCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("report", "Show what `grade` found");
  command->footer("Examples:\n  racecourse report results\n  racecourse report results --submission alice");
  auto directory = std::make_shared<std::string>();
  auto only = std::make_shared<std::string>();
  command->add_option("DIR", *directory, "The folder that `grade --out` wrote")->required();
  command->add_option("--submission", *only, "Show only this one");
  command->callback([=, &invocation] { invocation.run = [=] { return Report(*directory, *only); }; });
}

}  // namespace racecourse::grader
