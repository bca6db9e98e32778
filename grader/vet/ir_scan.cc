#include "grader/vet/ir_scan.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace racecourse::grader {
namespace {

constexpr char kUnwatched[] =
    "is compiled without instrumentation (no_sanitize or the like), which would hide accesses from the detectors.";
constexpr char kNaked[] = "is naked: what it does cannot be observed.";
constexpr char kAssembly[] = "Inline assembly is not allowed: what it does cannot be observed.";

// The line with all quoted text taken out: names and strings may hold anything.
std::string WithoutQuotes(absl::string_view line) {
  std::string text;
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted) text += c;
  }
  return text;
}

// The number behind the last `mark` that has one, as in " #12" or "!dbg !7"; -1 if there is none.
int LastNumber(absl::string_view line, absl::string_view mark) {
  for (std::size_t at = line.rfind(mark); at != absl::string_view::npos; at = at > 0 ? line.rfind(mark, at - 1) : at) {
    std::size_t end = at + mark.size();
    while (end < line.size() && absl::ascii_isdigit(static_cast<unsigned char>(line[end]))) ++end;
    int number = -1;
    if (absl::SimpleAtoi(line.substr(at + mark.size(), end - at - mark.size()), &number)) return number;
    if (at == 0) break;
  }
  return -1;
}

bool TouchesMemory(absl::string_view instruction) {
  static constexpr absl::string_view kWords[] = {"load ",     "store ",   "atomicrmw ", "cmpxchg ",
                                                 "@llvm.mem", "@memcpy(", "@memmove(",  "@memset("};
  return std::ranges::any_of(kWords, [&](absl::string_view word) { return absl::StrContains(instruction, word); });
}

// "parallel_sum" of "_Z12parallel_sumSt4span…"; a name that is none of C++'s as it is.
std::string Readable(std::string name) {
  int status = 0;
  char* const demangled = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  if (demangled == nullptr) return name;
  name = demangled;
  std::free(demangled);
  return name.substr(0, name.find('('));
}

struct Function {
  std::string name;
  int attributes = -1;
  int debug = -1;
  bool touches_memory = false;
};

struct Suspect {
  int debug = -1;
  std::string message;
};

// Where a DISubprogram, a DILocation or a scope says it is.
class Places {
 public:
  explicit Places(absl::string_view ir) {
    for (const absl::string_view line : absl::StrSplit(ir, '\n')) {
      if (!absl::StartsWith(line, "!")) continue;
      const std::size_t equals = line.find(" = ");
      int number = 0;
      if (equals == absl::string_view::npos || !absl::SimpleAtoi(line.substr(1, equals - 1), &number)) continue;
      nodes_[number] = line.substr(equals + 3);
    }
  }

  std::string File(int node) const {
    // A location has a scope, a scope has a file or is in another one.
    for (int depth = 0; depth < 64 && nodes_.contains(node); ++depth) {
      const absl::string_view text = nodes_.at(node);
      if (absl::StartsWith(text, "!DIFile(")) {
        const std::filesystem::path name = Quoted(text, "filename: \"");
        const std::filesystem::path directory = Quoted(text, "directory: \"");
        return (directory / name).lexically_normal().string();
      }
      const int file = Reference(text, "file: !");
      node = file >= 0 ? file : Reference(text, "scope: !");
    }
    return "";
  }

  int Line(int node) const {
    const auto found = nodes_.find(node);
    return found == nodes_.end() ? 0 : std::max(0, Reference(found->second, "line: "));
  }

 private:
  static int Reference(absl::string_view text, absl::string_view key) {
    const std::size_t at = text.find(key);
    return at == absl::string_view::npos ? -1 : LastNumber(text.substr(at, text.find_first_of(",)", at) - at), key);
  }

  static std::string Quoted(absl::string_view text, absl::string_view key) {
    const std::size_t at = text.find(key);
    if (at == absl::string_view::npos) return "";
    const std::size_t begin = at + key.size();
    return std::string(text.substr(begin, text.find('"', begin) - begin));
  }

  std::map<int, absl::string_view> nodes_;
};

}  // namespace

std::optional<Misuse> ScanIr(absl::string_view ir, const std::vector<std::string>& trusted_roots) {
  std::vector<Function> functions;
  std::map<int, std::string> attributes;
  std::vector<Suspect> suspects;
  bool is_inside = false;
  for (const absl::string_view line : absl::StrSplit(ir, '\n')) {
    if (absl::StartsWith(line, "}")) is_inside = false;
    if (absl::StartsWith(line, "module asm ")) suspects.push_back({.debug = -1, .message = kAssembly});
    if (absl::StartsWith(line, "attributes #")) {
      int number = -1;
      if (absl::SimpleAtoi(line.substr(12, line.find(' ', 12) - 12), &number)) attributes[number] = WithoutQuotes(line);
    }
    if (absl::StartsWith(line, "define ")) {
      is_inside = true;
      const std::string plain = WithoutQuotes(line);
      const std::size_t at = line.find('@');
      const std::size_t end = line.find('(', at);
      functions.push_back({.name = std::string(line.substr(at + 1, end - at - 1)),
                           .attributes = LastNumber(plain, " #"),
                           .debug = LastNumber(plain, "!dbg !"),
                           .touches_memory = false});
      continue;
    }
    if (!is_inside) continue;
    if (TouchesMemory(line)) functions.back().touches_memory = true;
    if (absl::StrContains(line, " asm ") && !absl::StrContains(line, " asm \"\"") &&
        !absl::StrContains(line, " asm sideeffect \"\"")) {
      const std::string plain = WithoutQuotes(line);
      if (absl::StrContains(plain, " asm ")) suspects.push_back({LastNumber(plain, "!dbg !"), kAssembly});
    }
  }
  for (const Function& function : functions) {
    const std::string words = absl::StrCat(" ", attributes[function.attributes], " ");
    const bool is_naked = absl::StrContains(words, " naked ");
    // What accesses nothing hides nothing: some that the compiler makes itself are so.
    if (!is_naked && (absl::StrContains(words, " sanitize_thread ") || !function.touches_memory)) continue;
    suspects.push_back({function.debug,
                        absl::StrCat("The function '", Readable(function.name), "' ", is_naked ? kNaked : kUnwatched)});
  }
  if (suspects.empty()) return std::nullopt;

  const Places places(ir);
  for (const Suspect& suspect : suspects) {
    const std::string file = places.File(suspect.debug);
    if (std::ranges::any_of(trusted_roots, [&](const std::string& root) { return absl::StartsWith(file, root + "/"); }))
      continue;
    return Misuse{.file = std::filesystem::path(file).filename().string(),
                  .line = places.Line(suspect.debug),
                  .message = suspect.message};
  }
  return std::nullopt;
}

}  // namespace racecourse::grader
