#include "grader/catalog/exercise_file.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/catalog/nearest_name.h"
#include "grader/catalog/toml_fields.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kExerciseFileBytesMax = 1 << 20;

bool IsSlug(absl::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           c == '-' || c == '_';
  });
}

bool IsPlainFileName(absl::string_view name) {
  return !name.empty() && !absl::StartsWith(name, ".") && !absl::StartsWith(name, "-") &&
         std::ranges::all_of(name, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '+';
         });
}

std::string OneOf(TomlFields& fields, absl::string_view key, std::vector<std::string> known, std::string value) {
  if (std::ranges::count(known, value) == 0) {
    fields.Refuse(key, absl::StrCat("unknown ", key, " '", value, "'; known: ", absl::StrJoin(known, ", ")));
  }
  return value;
}

// A path below the exercise's folder, or nothing.
std::string InnerPath(TomlFields& fields, absl::string_view key) {
  std::string path = fields.String(key);
  if (absl::StrContains(path, "..") || absl::StartsWith(path, "/")) {
    fields.Refuse(key, absl::StrCat("'", key, "' is a path inside the exercise"));
  }
  return path;
}

void ReadProgramCheck(TomlFields& fields, Check& check) {
  check.tests = check.id;
  check.program.arguments = fields.Strings("arguments");
  const std::optional<std::string> input = fields.OptionalString("stdin");
  check.program.input = input.value_or("");
  check.input_file = InnerPath(fields, "stdin_file");
  if (input && !check.input_file.empty()) fields.Refuse("stdin_file", "'stdin' and 'stdin_file' exclude each other");
  check.program.output = fields.OptionalString("stdout");
  check.output_file = InnerPath(fields, "stdout_file");
  if (check.program.output && !check.output_file.empty()) {
    fields.Refuse("stdout_file", "'stdout' and 'stdout_file' exclude each other");
  }
  check.program.exit_status = static_cast<int>(fields.Integer("exit_status", 0, 255).value_or(0));
}

Check ReadCheck(TomlFields& fields, ExerciseKind kind) {
  Check check;
  check.id = fields.RequiredString("id");
  if (!IsSlug(check.id)) fields.Refuse("id", "the 'id' of a check is made of a-z, 0-9, - and _");
  check.sentence = fields.RequiredString("sentence");
  check.executor = OneOf(fields, "executor", {"systematic"}, fields.RequiredString("executor"));
  if (kind == ExerciseKind::kProgram) {
    ReadProgramCheck(fields, check);
  } else {
    check.tests = fields.RequiredString("tests");
  }
  const std::string visibility = OneOf(fields, "visibility", {"public", "hidden"}, fields.RequiredString("visibility"));
  check.visibility = visibility == "hidden" ? Visibility::kHidden : Visibility::kPublic;
  if (const auto schedules = fields.Integer("schedules", 1, 100'000'000))
    check.schedules = static_cast<int>(*schedules);
  if (const auto schedules = fields.Integer("schedules_to_verify", 1, 100'000'000)) {
    check.schedules_to_verify = static_cast<int>(*schedules);
  }
  check.points = static_cast<int>(fields.RequiredInteger("points", 0, 10'000));
  check.needs = fields.Strings("needs");
  fields.RefuseOtherKeys();
  return check;
}

// Whether `from` reaches itself through `needs`. `path` holds the ids on the way.
bool HasCycle(const Exercise& exercise, const Check& from, std::vector<std::string>& path) {
  if (std::ranges::count(path, from.id) > 0) return true;
  path.push_back(from.id);
  for (const std::string& need : from.needs) {
    if (HasCycle(exercise, *exercise.FindCheck(need), path)) return true;
  }
  path.pop_back();
  return false;
}

void ValidateNeeds(const Exercise& exercise, std::vector<TomlFields>& tables) {
  std::vector<std::string> ids;
  for (const Check& check : exercise.checks) ids.push_back(check.id);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (std::count(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(i), ids[i]) > 0) {
      tables[i].Refuse("id", absl::StrCat("a second check with the id '", ids[i], "'"));
    }
    for (const std::string& need : exercise.checks[i].needs) {
      if (exercise.FindCheck(need) == nullptr) {
        tables[i].Refuse("needs", absl::StrCat("'needs' names no check: '", need, "'", DidYouMean(need, ids)));
        return;
      }
    }
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::vector<std::string> path;
    if (HasCycle(exercise, exercise.checks[i], path)) {
      tables[i].Refuse("needs", absl::StrCat("checks that need each other: ", absl::StrJoin(path, " needs ")));
      return;
    }
  }
}

// The texts that checks of a whole program name by file. Hidden ones lie with the solutions, which may not be there.
absl::Status ReadProgramFiles(Exercise& exercise) {
  std::error_code ignored;
  for (Check& check : exercise.checks) {
    const bool is_hidden = check.visibility == Visibility::kHidden;
    if (is_hidden && !fs::is_directory(exercise.solutions, ignored)) continue;
    const fs::path& folder = is_hidden ? exercise.solutions : exercise.directory;
    if (!check.input_file.empty()) {
      ASSIGN_OR_RETURN(check.program.input, ReadFile(folder / check.input_file));
    }
    if (!check.output_file.empty()) {
      ASSIGN_OR_RETURN(check.program.output, ReadFile(folder / check.output_file));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Exercise> ParseExercise(absl::string_view text, absl::string_view file) {
  const toml::parse_result parsed = toml::parse(std::string(text), std::string(file));
  if (!parsed) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", parsed.error().source().begin.line, ": ", std::string(parsed.error().description())));
  }
  absl::Status status;
  Exercise exercise;
  TomlFields fields(parsed.table(), file, status);
  exercise.id = fields.RequiredString("id");
  if (!IsSlug(exercise.id)) fields.Refuse("id", "the 'id' of an exercise is made of a-z, 0-9, - and _");
  exercise.number = fields.RequiredString("number");
  exercise.title = fields.RequiredString("title");
  exercise.family = OneOf(fields, "family", {"processes", "threads", "coroutines"}, fields.RequiredString("family"));
  exercise.concepts = fields.Strings("concepts");
  exercise.prerequisites = fields.Strings("prerequisites");
  exercise.files = fields.RequiredStrings("files");
  for (const std::string& name : exercise.files) {
    if (!IsPlainFileName(name)) fields.Refuse("files", absl::StrCat("'files' holds plain names, not '", name, "'"));
  }
  const std::optional<std::string> kind = fields.OptionalString("kind");
  if (kind && OneOf(fields, "kind", {"tests", "program"}, *kind) == "program") exercise.kind = ExerciseKind::kProgram;
  if (exercise.kind == ExerciseKind::kTests) {
    exercise.unit = fields.RequiredString("unit");
    if (absl::StrContains(exercise.unit, "..") || absl::StartsWith(exercise.unit, "/")) {
      fields.Refuse("unit", "'unit' is a path inside the exercise");
    }
  }
  exercise.allowed_includes = fields.Strings("allowed_includes");
  if (const auto schedules = fields.Integer("schedules_to_verify", 1, 100'000'000)) {
    exercise.schedules_to_verify = static_cast<int>(*schedules);
  }
  for (const toml::table* table : fields.Tables("hint")) {
    TomlFields hint(*table, file, status);
    exercise.hints.push_back(hint.RequiredString("text"));
    hint.RefuseOtherKeys();
  }
  std::vector<TomlFields> check_tables;
  for (const toml::table* table : fields.Tables("check")) {
    exercise.checks.push_back(ReadCheck(check_tables.emplace_back(*table, file, status), exercise.kind));
  }
  fields.RefuseOtherKeys();
  if (exercise.checks.empty()) fields.Refuse("check", "an exercise has at least one [[check]]");
  RETURN_IF_ERROR(status);
  ValidateNeeds(exercise, check_tables);
  if (exercise.Points() == 0) fields.Refuse("check", "the points of all checks add up to 0");
  RETURN_IF_ERROR(status);
  return exercise;
}

absl::StatusOr<Exercise> LoadExercise(const fs::path& directory, const fs::path& solutions) {
  const fs::path file = directory / "exercise.toml";
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file, kExerciseFileBytesMax));
  ASSIGN_OR_RETURN(Exercise exercise, ParseExercise(text, file.string()));
  std::error_code ignored;
  if (exercise.kind == ExerciseKind::kTests && !fs::is_regular_file(directory / exercise.unit, ignored)) {
    return absl::InvalidArgumentError(absl::StrCat(file.string(), ": 'unit' names no file: ", exercise.unit));
  }
  exercise.directory = directory;
  exercise.solutions = solutions;
  RETURN_IF_ERROR(ReadProgramFiles(exercise));
  return exercise;
}

}  // namespace racecourse::grader
