#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "grader/catalog/catalog.h"
#include "grader/cli/commands.h"
#include "grader/compile/installation.h"
#include "grader/report/results_file.h"
#include "grader/report/terminal.h"
#include "grader/system/status_macros.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

std::string ListAsJson(const Catalog& catalog) {
  nlohmann::json exercises = nlohmann::json::array();
  for (const Exercise& exercise : catalog.exercises()) {
    exercises.push_back({{"id", exercise.id},
                         {"number", exercise.number},
                         {"title", exercise.title},
                         {"family", exercise.family},
                         {"concepts", exercise.concepts},
                         {"prerequisites", exercise.prerequisites},
                         {"files", exercise.files},
                         {"points", exercise.Points()}});
  }
  return JsonText({{"exercises", exercises}});
}

std::string ListAsText(const Catalog& catalog, const TerminalStyle& style) {
  std::string text;
  std::string family;
  int id_width = 8;
  for (const Exercise& exercise : catalog.exercises()) id_width = std::max(id_width, DisplayWidth(exercise.id));
  for (const Exercise& exercise : catalog.exercises()) {
    if (exercise.family != family) {
      absl::StrAppend(&text, family.empty() ? "" : "\n", style.Paint(Ink::kBold, exercise.family), "\n");
      family = exercise.family;
    }
    absl::StrAppend(&text, PadRight(exercise.number, 5), PadRight(exercise.id, id_width),
                    absl::StrFormat("  %3d points  ", exercise.Points()), exercise.title, "\n");
    const std::string margin(static_cast<std::size_t>(id_width) + 19, ' ');
    for (const std::string& line : Wrap(absl::StrJoin(exercise.concepts, ", "), style.width - id_width - 19)) {
      if (!line.empty()) absl::StrAppend(&text, margin, style.Paint(Ink::kDim, line), "\n");
    }
  }
  return text.empty() ? "There are no exercises yet.\n" : text;
}

}  // namespace

void AddListCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("list", "Show the exercises");
  command->footer("Examples:\n  racecourse list\n  racecourse list --json");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print one JSON object");
  command->callback([as_json, &invocation] {
    invocation.run = [as_json]() -> absl::StatusOr<ExitStatus> {
      ASSIGN_OR_RETURN(const Catalog catalog, Catalog::Load(FindInstallation().source));
      const std::string text = *as_json ? ListAsJson(catalog) : ListAsText(catalog, TerminalStyle::For(STDOUT_FILENO));
      std::fputs(text.c_str(), stdout);
      return ExitStatus::kPassed;
    };
  });
}

}  // namespace racecourse::grader
