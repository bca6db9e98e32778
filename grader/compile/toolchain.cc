#include "grader/compile/toolchain.h"

#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grader/system/subprocess.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr int kClangVersionNewest = 40;  // where the search for a newer one begins

// The first line of `clang --version`, and the number in it.
struct Version {
  std::string line;
  int major = 0;
};

std::optional<Version> AskVersion(const fs::path& program) {
  Command command;
  command.arguments = {program.string(), "--version"};
  command.environment = ToolEnvironment();
  command.limits.wall_seconds = 20;
  const auto result = RunProcess(command);
  if (!result.ok() || !result->Succeeded()) return std::nullopt;
  Version version{.line = result->output.substr(0, result->output.find('\n')), .major = 0};
  const std::string kWord = "version ";
  const std::size_t word = version.line.find(kWord);
  if (word == std::string::npos) return std::nullopt;
  const std::string number = version.line.substr(word + kWord.size());
  if (!absl::SimpleAtoi(number.substr(0, number.find('.')), &version.major)) return std::nullopt;
  return version;
}

fs::path FindVersioned(const std::string& name, int major) {
  fs::path path = FindProgram(absl::StrCat(name, "-", major));
  return path.empty() ? FindProgram(name) : path;
}

}  // namespace

absl::StatusOr<Toolchain> FindToolchain() {
  std::vector<std::string> candidates = {absl::StrCat("clang++-", kClangVersionWanted)};
  for (int major = kClangVersionNewest; major >= kClangVersionMin; --major) {
    if (major != kClangVersionWanted) candidates.push_back(absl::StrCat("clang++-", major));
  }
  candidates.push_back("clang++");
  for (const std::string& candidate : candidates) {
    const fs::path clangxx = FindProgram(candidate);
    if (clangxx.empty()) continue;
    const std::optional<Version> version = AskVersion(clangxx);
    if (!version || version->major < kClangVersionMin) continue;
    Toolchain toolchain{.major_version = version->major,
                        .version = version->line,
                        .clang = FindVersioned("clang", version->major),
                        .clangxx = clangxx,
                        .symbolizer = FindVersioned("llvm-symbolizer", version->major),
                        .nm = FindVersioned("llvm-nm", version->major),
                        .dis = FindVersioned("llvm-dis", version->major),
                        .lld = FindVersioned("ld.lld", version->major)};
    if (toolchain.nm.empty()) toolchain.nm = FindProgram("nm");
    return toolchain;
  }
  return absl::InternalError(absl::StrCat("no clang++ of version ", kClangVersionMin, " or newer; install one with: ",
                                          "apt-get install clang-", kClangVersionWanted, " lld-", kClangVersionWanted,
                                          " llvm-", kClangVersionWanted, " libclang-rt-", kClangVersionWanted, "-dev"));
}

}  // namespace racecourse::grader
