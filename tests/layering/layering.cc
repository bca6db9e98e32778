#include "tests/layering/layering.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>
#include <string_view>
#include <utility>

namespace racecourse::layering {
namespace {

namespace fs = std::filesystem;

constexpr char kInclude[] = "framework/include/racecourse";
constexpr char kRepairs[] = "framework/include/bits";
constexpr char kCore[] = "framework/core";
constexpr char kModel[] = "framework/model";
constexpr char kStrategy[] = "framework/strategy";
constexpr char kTrace[] = "framework/trace";
constexpr char kDetector[] = "framework/detector";
constexpr char kExecution[] = "framework/execution";
constexpr char kInterpose[] = "framework/interpose";
constexpr char kCarrier[] = "framework/carrier";
constexpr char kStress[] = "framework/stress";
constexpr char kTesting[] = "framework/testing";
constexpr char kGrader[] = "grader";

// Names without a dot are the C++ library's by construction of the standard;
// these are its C headers.
bool IsStandardHeader(const std::string& name) {
  static const std::set<std::string> c_headers = {"assert.h",   "ctype.h",  "errno.h",  "fenv.h",   "float.h",
                                                  "inttypes.h", "limits.h", "locale.h", "math.h",   "setjmp.h",
                                                  "signal.h",   "stdarg.h", "stddef.h", "stdint.h", "stdio.h",
                                                  "stdlib.h",   "string.h", "time.h",   "wchar.h"};
  return name.find_first_of("./") == std::string::npos || c_headers.contains(name);
}

bool IsGoogleTestHeader(const std::string& name) { return name.starts_with("gtest/") || name.starts_with("gmock/"); }

// Headers of libraries that only the grader, its tests and the benchmarks use.
bool IsLibraryHeader(const std::string& name) {
  constexpr std::array<std::string_view, 6> prefixes = {"absl/", "nlohmann/", "toml++/",
                                                        "CLI/",  "openssl/",  "benchmark/"};
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view p) { return name.starts_with(p); });
}

// A system header in a part that is otherwise held to the standard library,
// each with its reason.
bool IsException(const std::string& file, const std::string& name) {
  static const std::set<std::pair<std::string, std::string>> exceptions = {
      // A failed check must get its message out even where libc's write is interposed.
      {"framework/core/check.cc", "sys/syscall.h"},
      // The trace leaves the program through a descriptor.
      {"framework/trace/json_line.cc", "unistd.h"},
      // A test asks about threads by their handles.
      {"framework/include/racecourse/schedule_test.h", "pthread.h"},
      // What a process has beside its memory is the kernel's to tell.
      {"framework/include/racecourse/isolation.h", "fcntl.h"},
      {"framework/include/racecourse/isolation.h", "sys/stat.h"},
      {"framework/include/racecourse/isolation.h", "unistd.h"},
      // The exceptions that a context is handling move with it.
      {"framework/include/racecourse/context.h", "cxxabi.h"},
  };
  return exceptions.contains({file, name});
}

bool MayIncludeOutside(Outside allowed, const std::string& name) {
  if (allowed == Outside::kAny || IsStandardHeader(name)) return true;
  if (IsGoogleTestHeader(name)) {
    return allowed == Outside::kStandardGoogleTest || allowed == Outside::kSystemGoogleTest;
  }
  if (IsLibraryHeader(name)) return false;
  return allowed == Outside::kSystem || allowed == Outside::kSystemGoogleTest;
}

bool IsSource(const fs::path& file) {
  static const std::set<std::string> extensions = {".h", ".cc", ".cpp", ".hpp", ".c", ".inc", ".S"};
  return extensions.contains(file.extension().string());
}

// Every C or C++ file below root/folder, by its path from `root`, in order.
std::vector<std::string> SourcesUnder(const fs::path& root, const std::string& folder) {
  std::vector<std::string> sources;
  if (!fs::exists(root / folder)) return sources;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.is_regular_file() && IsSource(entry.path())) {
      sources.push_back(fs::relative(entry.path(), root).generic_string());
    }
  }
  std::sort(sources.begin(), sources.end());
  return sources;
}

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

const Part* PartOf(const std::string& file) {
  for (const Part& part : Parts()) {
    if (file.starts_with(part.folder + "/")) return &part;
  }
  return nullptr;
}

// Where a quoted include leads inside the repository: beside the includer, or
// below one of the include roots.
std::optional<std::string> Resolve(const fs::path& root, const std::string& includer, const std::string& name) {
  for (const fs::path& base : {fs::path(includer).parent_path(), fs::path("."), fs::path("framework/include"),
                               fs::path("framework"), fs::path("grader")}) {
    const fs::path candidate = (base / name).lexically_normal();
    if (fs::is_regular_file(root / candidate)) return candidate.generic_string();
  }
  return std::nullopt;
}

// `text` with comments, string and character literals blanked out, newlines
// kept.
std::string CodeOnly(const std::string& text) {
  std::string code = text;
  enum { kCode, kLineComment, kBlockComment, kString, kCharacter } state = kCode;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool was_code = state == kCode;
    switch (state) {
      case kCode:
        if (c == '/' && next == '/') state = kLineComment;
        if (c == '/' && next == '*') state = kBlockComment;
        if (c == '"') state = kString;
        // A quote between digits separates them, as in 1'000.
        if (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1])))) {
          state = kCharacter;
        }
        break;
      case kLineComment:
        if (c == '\n') state = kCode;
        break;
      case kBlockComment:
        if (c == '*' && next == '/') {
          code[i] = code[i + 1] = ' ';
          ++i;
          state = kCode;
        }
        break;
      case kString:
      case kCharacter:
        if (c == '\\' && next != '\0') {
          code[i] = ' ';
          ++i;
        } else if (c == (state == kString ? '"' : '\'')) {
          state = kCode;
        }
        break;
    }
    if (!(was_code && state == kCode) && code[i] != '\n') code[i] = ' ';
  }
  return code;
}

std::size_t LineOf(const std::string& text, std::size_t position) {
  return 1 + std::count(text.begin(), text.begin() + position, '\n');
}

// True if the parenthesis at `open` closes and what follows, up to the first
// `{` or `;`, begins a body.
bool OpensBody(const std::string& code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '(') ++depth;
    if (code[i] == ')') --depth;
    if (depth > 0) continue;
    if (code[i] == '{') return true;
    // An operator, a comma or a further closing parenthesis: this was a call
    // inside an expression.
    if (code[i] == ';' || (depth < 0) || (i > open && std::strchr(",?+|&=<>", code[i]))) return false;
  }
  return false;
}

}  // namespace

std::span<const Part> Parts() {
  static const std::vector<Part> parts = {
      {kInclude, "GoogleTest", {}, Outside::kStandardGoogleTest},
      {kRepairs, "libstdc++'s own headers", {}, Outside::kSystem},
      {kCore, "the standard library", {}, Outside::kStandard},
      {kModel, "`core`", {kCore}, Outside::kStandard},
      {kStrategy, "`core`", {kCore}, Outside::kStandard},
      {kTrace, "`core`", {kCore}, Outside::kStandard},
      {kDetector, "`core`, `model`", {kCore, kModel}, Outside::kStandard},
      {kExecution, "all of the above", {kInclude, kCore, kModel, kStrategy, kTrace, kDetector}, Outside::kSystem},
      {kInterpose,
       "all of the above",
       {kInclude, kCore, kModel, kStrategy, kTrace, kDetector, kExecution},
       Outside::kSystem},
      {kCarrier, "`core`, headers of `execution`", {kCore, kExecution}, Outside::kSystem},
      {kStress, "the standard library", {}, Outside::kSystem},
      {kTesting, "`include`, `trace`, `execution`", {kInclude, kTrace, kExecution}, Outside::kSystemGoogleTest},
      {kGrader, "`framework/trace` as data, nothing else of the framework", {kTrace}, Outside::kAny},
  };
  return parts;
}

std::vector<std::string> IncludeViolations(const fs::path& root) {
  static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<std::string> violations;
  std::vector<std::string> sources = SourcesUnder(root, "framework");
  for (std::string& source : SourcesUnder(root, "grader")) sources.push_back(std::move(source));

  for (const std::string& source : sources) {
    const Part* part = PartOf(source);
    if (part == nullptr) {
      violations.push_back(source +
                           ":1: lies in a folder that the table of "
                           "docs/architecture.md does not have");
      continue;
    }
    std::istringstream lines(ReadFile(root / source));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string name = match[2];
      std::optional<std::string> target = Resolve(root, source, name);
      // Only programs under examination are compiled with our repairs of the standard library: elsewhere the name is its
      // own.
      if (part->folder == kGrader && match[1] == "<" && IsStandardHeader(name)) target.reset();
      std::string where = source + ":" + std::to_string(number) + ": ";
      if (!target.has_value()) {
        // Not ours. A quoted name that is found nowhere is a mistake, or a file
        // that the build generates.
        if (!MayIncludeOutside(part->outside, name) && !IsException(source, name)) {
          violations.push_back(where + "includes " + name + ", which " + part->folder + " may not include");
        }
        continue;
      }
      const Part* target_part = PartOf(*target);
      const bool is_allowed =
          target_part != nullptr && (target_part == part || part->project.contains(target_part->folder));
      if (!is_allowed) {
        violations.push_back(where + "includes " + *target + "; " + part->folder + " may include: " + part->documented);
      }
    }
  }
  return violations;
}

std::vector<std::string> AbiViolations(const fs::path& root) {
  static const std::regex name(R"(\b__tsan_\w*(\s*##\s*\w+)?\s*(\()?)");
  std::vector<std::string> violations;
  for (const char* folder : {"framework", "grader", "exercises"}) {
    for (const std::string& source : SourcesUnder(root, folder)) {
      if (source.starts_with(std::string(kInterpose) + "/") || source.starts_with(std::string(kCarrier) + "/"))
        continue;
      const std::string code = CodeOnly(ReadFile(root / source));
      for (std::sregex_iterator it(code.begin(), code.end(), name), end; it != end; ++it) {
        const bool is_pasted = (*it)[1].matched;
        const bool is_defined = (*it)[2].matched && OpensBody(code, static_cast<std::size_t>(it->position(2)));
        if (is_pasted || is_defined) {
          violations.push_back(source + ":" + std::to_string(LineOf(code, it->position())) +
                               ": defines a __tsan_ symbol outside framework/interpose");
        }
      }
    }
  }
  return violations;
}

std::vector<std::string> DocumentedRows(const fs::path& root) {
  static const std::regex row(R"(^\| `((?:framework|grader)[^`]*)/` \|.*\| (.*) \|$)");
  std::vector<std::string> rows;
  std::istringstream lines(ReadFile(root / "docs/architecture.md"));
  std::string line;
  while (std::getline(lines, line)) {
    std::smatch match;
    if (std::regex_match(line, match, row)) rows.push_back(match[1].str() + " | " + match[2].str());
  }
  return rows;
}

}  // namespace racecourse::layering
