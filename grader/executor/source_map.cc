#include "grader/executor/source_map.h"

#include <algorithm>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "grader/system/file.h"
#include "grader/trace/record_fields.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSourceBytesMax = 4 << 20;
constexpr std::size_t kLineBytesMax = 400;

// A line as it may be shown: without indentation, and harmless to a terminal.
std::string Presentable(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  std::string text = WithoutControlCharacters(std::string(line.substr(0, kLineBytesMax)));
  std::ranges::replace(text, '\t', ' ');
  return text;
}

std::string LineOf(const std::vector<std::string>& lines, int line) {
  return line >= 1 && static_cast<std::size_t>(line) <= lines.size()
             ? Presentable(lines[static_cast<std::size_t>(line) - 1])
             : "";
}

}  // namespace

void SourceMap::AddSubmission(absl::string_view name, const SourceTexts& sources) {
  for (const auto& [file, text] : sources) {
    const std::string full_name = absl::StrCat(name, "/", file);
    submission_[full_name] = absl::StrSplit(text, '\n');
    submission_names_[full_name] = file;
  }
}

void SourceMap::AddExercise(absl::string_view name, const fs::path& directory) {
  exercise_.push_back({absl::StrCat(name, "/"), directory});
}

void SourceMap::AddWholeProgram(const std::vector<fs::path>& not_students) {
  is_whole_program_ = true;
  for (const char* folder : {"/usr/", "/lib/", "/build/", "/opt/"}) not_students_.push_back(folder);
  for (const fs::path& folder : not_students) not_students_.push_back(absl::StrCat(folder.string(), "/"));
}

std::optional<Frame> SourceMap::Find(const std::string& file_in_debug_information, int line) const {
  const std::string file = fs::path(file_in_debug_information).lexically_normal().string();
  if (const auto lines = submission_.find(file); lines != submission_.end()) {
    return Frame{.origin = Origin::kStudent,
                 .file = submission_names_.at(file),
                 .line = line,
                 .function = "",
                 .source = LineOf(lines->second, line)};
  }
  for (const Folder& folder : exercise_) {
    if (!absl::StartsWith(file, folder.prefix)) continue;
    const std::string name = file.substr(folder.prefix.size());
    return Frame{.origin = Origin::kTest,
                 .file = name,
                 .line = line,
                 .function = "",
                 .source = TextOfLine(folder.directory / name, line)};
  }
  if (!is_whole_program_ || !absl::StartsWith(file, "/")) return std::nullopt;
  for (const std::string& prefix : not_students_) {
    if (absl::StartsWith(file, prefix)) return std::nullopt;
  }
  std::error_code error;
  const std::string here = absl::StrCat(fs::current_path(error).string(), "/");
  return Frame{.origin = Origin::kStudent,
               .file = !error && absl::StartsWith(file, here) ? file.substr(here.size()) : file,
               .line = line,
               .function = "",
               .source = TextOfLine(file, line)};
}

std::string SourceMap::TextOfLine(const fs::path& file, int line) const {
  auto entry = read_.find(file);
  if (entry == read_.end()) {
    const auto text = ReadFile(file, kSourceBytesMax);
    std::vector<std::string> lines;
    if (text.ok()) lines = absl::StrSplit(*text, '\n');
    entry = read_.emplace(file, std::move(lines)).first;
  }
  return LineOf(entry->second, line);
}

}  // namespace racecourse::grader
