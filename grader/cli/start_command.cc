#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/catalog/catalog.h"
#include "grader/cli/commands.h"
#include "grader/cli/student_folder.h"
#include "grader/compile/installation.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

absl::Status CopyInto(const fs::path& from, const fs::path& to) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(from));
  RETURN_IF_ERROR(CreateDirectories(to.parent_path()));
  return WriteFileAtomically(to, content);
}

absl::StatusOr<ExitStatus> Start(const std::string& name, const std::string& directory_name) {
  ASSIGN_OR_RETURN(const Catalog catalog, Catalog::Load(FindInstallation().source));
  ASSIGN_OR_RETURN(const Exercise* exercise, catalog.Find(name));
  const fs::path directory = directory_name.empty() ? exercise->id : directory_name;
  std::error_code error;
  if (fs::exists(directory, error) && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))) {
    return absl::AlreadyExistsError(absl::StrCat(directory.string(),
                                                 " is there already; nothing was changed. Name "
                                                 "another folder: racecourse start ",
                                                 exercise->id, " DIR"));
  }
  const fs::path starter = exercise->directory / "starter";
  for (const fs::path& file : ListFiles(starter)) {
    RETURN_IF_ERROR(CopyInto(file, directory / file.lexically_relative(starter)));
  }
  if (fs::exists(exercise->directory / "README.md", error)) {
    RETURN_IF_ERROR(CopyInto(exercise->directory / "README.md", directory / "README.md"));
  }
  RETURN_IF_ERROR(RecordExercise(directory, exercise->id));
  const std::string text =
      absl::StrCat(exercise->number, ": ", exercise->title, "\nRead ", (directory / "README.md").string(), ", change ",
                   absl::StrJoin(exercise->files, ", "), ", and see how far you are with:\n  racecourse check ",
                   directory.string(), "\n");
  std::fputs(text.c_str(), stdout);
  return ExitStatus::kPassed;
}

}  // namespace

void AddStartCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("start", "Begin with an exercise: copy what is given into a folder");
  command->footer("Examples:\n  racecourse start whiteboard-tally\n  racecourse start T1 ~/tally");
  auto exercise = std::make_shared<std::string>();
  auto directory = std::make_shared<std::string>();
  command->add_option("EXERCISE", *exercise, "An id or a number from `racecourse list`")->required();
  command->add_option("DIR", *directory, "A new folder; without it, one named after the exercise");
  command->callback([=, &invocation] { invocation.run = [=] { return Start(*exercise, *directory); }; });
}

}  // namespace racecourse::grader
