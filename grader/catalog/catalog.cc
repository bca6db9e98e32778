#include "grader/catalog/catalog.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/catalog/exercise_file.h"
#include "grader/catalog/nearest_name.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

// "T3" before "T10": by the number in it.
int NumberIn(const std::string& text) {
  const std::size_t digits = text.find_first_of("0123456789");
  int number = 0;
  if (digits != std::string::npos) {
    const std::size_t end = text.find_first_not_of("0123456789", digits);
    if (!absl::SimpleAtoi(text.substr(digits, end - digits), &number)) number = 0;
  }
  return number;
}

int FamilyRank(const std::string& family) { return family == "processes" ? 0 : family == "threads" ? 1 : 2; }

bool ComesBefore(const Exercise& a, const Exercise& b) {
  return std::tuple(FamilyRank(a.family), NumberIn(a.number), a.id) <
         std::tuple(FamilyRank(b.family), NumberIn(b.number), b.id);
}

}  // namespace

absl::StatusOr<Catalog> Catalog::Load(const fs::path& root) {
  Catalog catalog;
  std::error_code ignored;
  if (!fs::is_directory(root / "exercises", ignored)) {
    return absl::NotFoundError(absl::StrCat("no exercises in ", root.string(), " (RACECOURSE_SOURCE_DIR says where)"));
  }
  for (const fs::path& family : ListDirectories(root / "exercises")) {
    for (const fs::path& directory : ListDirectories(family)) {
      if (!fs::exists(directory / "exercise.toml", ignored)) continue;
      const fs::path solutions = root / "solutions" / family.filename() / directory.filename();
      ASSIGN_OR_RETURN(Exercise exercise, LoadExercise(directory, solutions));
      catalog.exercises_.push_back(std::move(exercise));
    }
  }
  std::ranges::sort(catalog.exercises_, ComesBefore);
  for (const Exercise& exercise : catalog.exercises_) {
    for (const Exercise& other : catalog.exercises_) {
      if (&exercise == &other || exercise.id != other.id) continue;
      return absl::InvalidArgumentError(absl::StrCat((other.directory / "exercise.toml").string(), ": the id '",
                                                     exercise.id, "' is also that of ", exercise.directory.string()));
    }
  }
  return catalog;
}

absl::StatusOr<const Exercise*> Catalog::Find(absl::string_view name) const {
  std::vector<std::string> ids;
  for (const Exercise& exercise : exercises_) {
    if (absl::EqualsIgnoreCase(exercise.id, name) || absl::EqualsIgnoreCase(exercise.number, name) ||
        exercise.directory.filename().string() == name) {
      return &exercise;
    }
    ids.push_back(exercise.id);
  }
  return absl::NotFoundError(absl::StrCat("unknown exercise '", name, "'", DidYouMean(absl::AsciiStrToLower(name), ids),
                                          " (`racecourse list` shows all)"));
}

absl::StatusOr<const Exercise*> Catalog::Guess(const fs::path& directory) const {
  std::vector<const Exercise*> candidates;
  for (const Exercise& exercise : exercises_) {
    std::error_code ignored;
    const bool has_all = std::ranges::all_of(
        exercise.files, [&](const std::string& file) { return fs::is_regular_file(directory / file, ignored); });
    if (has_all) candidates.push_back(&exercise);
  }
  if (candidates.size() == 1) return candidates.front();
  if (candidates.empty()) {
    return absl::NotFoundError(
        absl::StrCat(directory.string(), ": holds the files of no exercise; say which with --exercise ID"));
  }
  const std::string names = absl::StrJoin(
      candidates, ", ", [](std::string* out, const Exercise* exercise) { absl::StrAppend(out, exercise->id); });
  return absl::NotFoundError(
      absl::StrCat(directory.string(), ": could be any of ", names, "; say which with --exercise ID"));
}

}  // namespace racecourse::grader
