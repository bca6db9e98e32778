#include "grader/compile/submission.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

// An id becomes a file name and a part of a command line.
std::string SafeId(std::string name) {
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.' && c != '@') c = '_';
  }
  return name.empty() || name.front() == '.' || name.front() == '-' ? "_" + name : name;
}

bool HoldsAnyFile(const fs::path& directory, const Exercise& exercise) {
  return std::ranges::any_of(exercise.files, [&](const std::string& name) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(directory / name, ignored));
  });
}

std::string NameOf(const fs::path& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (absolute.filename().empty()) absolute = absolute.parent_path();
  return absolute.filename().string();
}

}  // namespace

absl::StatusOr<std::variant<StagedSubmission, MissingFiles, Misuse>> Stage(const Exercise& exercise,
                                                                           const Submission& submission) {
  std::error_code ignored;
  const bool is_file = fs::is_regular_file(submission.path, ignored);
  SourceTexts sources;
  std::vector<std::string> missing;
  for (const std::string& name : exercise.files) {
    const fs::path path = is_file ? submission.path : submission.path / name;
    auto text = ReadFileWithoutLinks(path, kSubmittedFileBytesMax);
    if (absl::IsNotFound(text.status())) {
      missing.push_back(name);
    } else if (absl::IsOutOfRange(text.status())) {
      return Misuse{.file = name, .line = 0, .message = "It is larger than 1 MiB."};
    } else if (absl::IsFailedPrecondition(text.status())) {
      return Misuse{.file = name, .line = 0, .message = "It is not a regular file."};
    } else if (!text.ok()) {
      return text.status();
    } else {
      sources[name] = *std::move(text);
    }
  }
  if (!missing.empty()) {
    return MissingFiles{absl::StrCat(absl::StrJoin(missing, ", "), missing.size() == 1 ? " is" : " are", " missing")};
  }
  ASSIGN_OR_RETURN(TemporaryDirectory directory, TemporaryDirectory::Create("submission"));
  for (const auto& [name, text] : sources) RETURN_IF_ERROR(WriteFileAtomically(directory.path() / name, text));
  return StagedSubmission{std::move(directory), std::move(sources)};
}

absl::StatusOr<std::vector<Submission>> FindSubmissions(const Exercise& exercise, const std::vector<fs::path>& paths) {
  std::vector<Submission> submissions;
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::file_status kind = fs::status(path, error);
    if (fs::is_regular_file(kind)) {
      if (exercise.files.size() != 1) {
        return absl::InvalidArgumentError(
            absl::StrCat(path.string(), ": this exercise asks for ", exercise.files.size(), " files (",
                         absl::StrJoin(exercise.files, ", "), "); name the folder that holds them"));
      }
      // alice/tally.h is alice's, and alice.h is too.
      const bool has_expected_name = path.filename() == exercise.files.front();
      const std::string name = has_expected_name ? NameOf(fs::absolute(path).parent_path()) : path.stem().string();
      submissions.push_back({SafeId(name), path});
    } else if (fs::is_directory(kind)) {
      fs::directory_iterator readable(path, error);
      if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path.string()));
      const std::vector<fs::path> folders = ListDirectories(path);
      if (HoldsAnyFile(path, exercise) || folders.empty()) {
        submissions.push_back({SafeId(NameOf(path)), path});
      } else {
        for (const fs::path& folder : folders) submissions.push_back({SafeId(NameOf(folder)), folder});
      }
    } else {
      return absl::NotFoundError(absl::StrCat(path.string(), ": no such file or folder"));
    }
  }
  std::set<std::string> taken;
  for (Submission& submission : submissions) {
    const std::string name = submission.id;
    for (int number = 2; !taken.insert(submission.id).second; ++number) submission.id = absl::StrCat(name, "-", number);
  }
  return submissions;
}

}  // namespace racecourse::grader
