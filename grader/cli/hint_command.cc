#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "grader/catalog/catalog.h"
#include "grader/cli/commands.h"
#include "grader/cli/student_folder.h"
#include "grader/compile/installation.h"
#include "grader/report/terminal.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

struct HintOptions {
  std::string directory = ".";
  std::string exercise;
  int level = 1;
};

absl::StatusOr<ExitStatus> ShowHints(const HintOptions& options) {
  ASSIGN_OR_RETURN(const Catalog catalog, Catalog::Load(FindInstallation().source));
  ASSIGN_OR_RETURN(const Exercise* exercise, ExerciseOf(options.directory, options.exercise, catalog));
  const int count = static_cast<int>(exercise->hints.size());
  if (count == 0) {
    std::fputs("This exercise has no hints.\n", stdout);
    return ExitStatus::kPassed;
  }
  const TerminalStyle style = TerminalStyle::For(STDOUT_FILENO);
  std::string text;
  for (int i = 0; i < std::min(options.level, count); ++i) {
    absl::StrAppend(&text, style.Paint(Ink::kBold, absl::StrCat("Hint ", i + 1, " of ", count)), "\n");
    for (const std::string& line : Wrap(exercise->hints[static_cast<std::size_t>(i)], style.width)) {
      absl::StrAppend(&text, line, "\n");
    }
  }
  if (options.level < count)
    absl::StrAppend(&text, "\nThe next one says more: racecourse hint --level ", options.level + 1, "\n");
  std::fputs(text.c_str(), stdout);
  return ExitStatus::kPassed;
}

}  // namespace

void AddHintCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("hint", "Get a hint, and then a broader one");
  command->footer("Examples:\n  racecourse hint\n  racecourse hint --level 2 ~/tally");
  auto options = std::make_shared<HintOptions>();
  command->add_option("DIR", options->directory, "The folder with your files")->capture_default_str();
  command->add_option("--exercise", options->exercise, "Which exercise it is, if the folder does not say");
  command->add_option("--level", options->level, "How much to tell: 1 is a nudge")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->callback([options, &invocation] { invocation.run = [options] { return ShowHints(*options); }; });
}

}  // namespace racecourse::grader
