#include "grader/compile/diagnostics.h"

#include <regex>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace racecourse::grader {
namespace {

// One diagnostic: its headline, and the lines of source and markers below it.
struct Diagnostic {
  std::string file;   // as clang names it; empty for a message without a place
  std::string place;  // ":12:5"
  std::string severity;
  std::string sentence;
  std::vector<std::string> excerpt;
};

std::vector<Diagnostic> Split(absl::string_view text) {
  static const std::regex headline(R"(^([^\s:][^:]*)(:\d+(?::\d+)?): (fatal error|error|warning|note|remark): (.*)$)");
  static const std::regex placeless(R"(^(?:[^\s:]*clang[^\s:]*|ld\.lld|<unknown>:0)?:? ?(error|warning): (.*)$)");
  std::vector<Diagnostic> diagnostics;
  for (const absl::string_view view : absl::StrSplit(text, '\n')) {
    const std::string line(view);
    std::smatch match;
    if (std::regex_match(line, match, headline)) {
      diagnostics.push_back(
          {.file = match[1], .place = match[2], .severity = match[3], .sentence = match[4], .excerpt = {}});
    } else if (std::regex_match(line, match, placeless)) {
      diagnostics.push_back({.file = "", .place = "", .severity = match[1], .sentence = match[2], .excerpt = {}});
    } else if (!diagnostics.empty() && absl::StartsWith(line, " ")) {
      diagnostics.back().excerpt.push_back(line);
    }
    // What is left are "In file included from", "2 errors generated." and the like.
  }
  return diagnostics;
}

}  // namespace

std::string TrimDiagnostics(absl::string_view text, const std::filesystem::path& exercise_directory, int lines_max) {
  const std::string exercise_prefix = absl::StrCat(exercise_directory.string(), "/");
  std::vector<std::string> lines;
  for (Diagnostic& diagnostic : Split(text)) {
    absl::string_view file = diagnostic.file;
    const bool is_exercise = absl::ConsumePrefix(&file, exercise_prefix);
    absl::ConsumePrefix(&file, "./");
    const bool is_known = is_exercise || (!file.empty() && !absl::StartsWith(file, "/"));
    const bool is_note = diagnostic.severity == "note" || diagnostic.severity == "remark";
    if (!is_known && is_note) continue;
    const std::string place = is_known ? absl::StrCat(file, diagnostic.place, ": ") : "";
    lines.push_back(absl::StrCat(place, diagnostic.severity, ": ", diagnostic.sentence));
    if (is_known || file.empty()) lines.insert(lines.end(), diagnostic.excerpt.begin(), diagnostic.excerpt.end());
  }
  if (static_cast<int>(lines.size()) > lines_max) {
    const std::size_t dropped = lines.size() - static_cast<std::size_t>(lines_max);
    lines.resize(static_cast<std::size_t>(lines_max));
    lines.push_back(absl::StrCat("… and ", dropped, " more lines"));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace racecourse::grader
