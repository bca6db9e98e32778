#include <sys/auxv.h>
#include <sys/utsname.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grader/catalog/catalog.h"
#include "grader/cli/commands.h"
#include "grader/compile/build_cache.h"
#include "grader/compile/installation.h"
#include "grader/compile/toolchain.h"
#include "grader/report/results_file.h"
#include "grader/report/terminal.h"
#include "grader/system/parallel.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

struct Symptom {
  std::string what;
  bool is_fine = true;
  bool is_needed = true;  // false: things work without it, only not as well
  std::string detail;
  std::string remedy;  // a command, or empty
};

bool HasFsGsBase() {
#ifdef __x86_64__
  return (getauxval(AT_HWCAP2) & 2) != 0;
#else
  return false;
#endif
}

Symptom Tool(const std::string& name, const fs::path& path, bool is_needed, const std::string& package) {
  return {.what = name,
          .is_fine = !path.empty(),
          .is_needed = is_needed,
          .detail = path.empty() ? "not found" : path.string(),
          .remedy = path.empty() ? absl::StrCat("apt-get install ", package) : ""};
}

Symptom FileThere(const std::string& name, const fs::path& path, const std::string& remedy) {
  std::error_code ignored;
  const bool is_there = fs::exists(path, ignored);
  return {.what = name,
          .is_fine = is_there,
          .is_needed = true,
          .detail = is_there ? path.string() : absl::StrCat(path.string(), " is missing"),
          .remedy = is_there ? "" : remedy};
}

std::vector<Symptom> Examine() {
  std::vector<Symptom> findings;
  const auto toolchain = FindToolchain();
  if (toolchain.ok()) {
    const bool is_wanted = toolchain->major_version == kClangVersionWanted;
    findings.push_back({.what = "clang",
                        .is_fine = is_wanted,
                        .is_needed = false,
                        .detail = absl::StrCat(toolchain->clangxx.string(), ", ", toolchain->version),
                        .remedy = is_wanted ? "" : absl::StrCat("apt-get install clang-", kClangVersionWanted)});
    findings.push_back(Tool("clang for C", toolchain->clang, false, "clang-19"));
    findings.push_back(Tool("lld", toolchain->lld, true, "lld-19"));
    findings.push_back(Tool("llvm-symbolizer", toolchain->symbolizer, true, "llvm-19"));
    findings.push_back(Tool("nm", toolchain->nm, true, "llvm-19"));
    findings.push_back(Tool("llvm-dis", toolchain->dis, true, "llvm-19"));
  } else {
    findings.push_back({.what = "clang",
                        .is_fine = false,
                        .is_needed = true,
                        .detail = "not found",
                        .remedy = "apt-get install clang-19 lld-19 llvm-19 libclang-rt-19-dev"});
  }
  findings.push_back(FileThere("GoogleTest", "/usr/include/gtest/gtest.h", "apt-get install libgtest-dev"));
  const Installation installation = FindInstallation();
  const std::string build = "cmake --workflow --preset release";
  findings.push_back(FileThere("runtime", installation.RuntimeObject(), build));
  findings.push_back(FileThere("runtime's main", installation.MainObject(), build));
  findings.push_back(FileThere("framework headers", installation.FrameworkHeaders(), ""));
  const auto catalog = Catalog::Load(installation.source);
  findings.push_back(
      {.what = "exercises",
       .is_fine = catalog.ok(),
       .is_needed = true,
       .detail = catalog.ok() ? absl::StrCat(catalog->exercises().size()) : std::string(catalog.status().message()),
       .remedy = ""});
  const auto cache = BuildCache::Open();
  findings.push_back({.what = "cache",
                      .is_fine = cache.ok(),
                      .is_needed = true,
                      .detail = cache.ok() ? cache->root().string() : std::string(cache.status().message()),
                      .remedy = ""});
  findings.push_back({.what = "FSGSBASE",
                      .is_fine = HasFsGsBase(),
                      .is_needed = false,
                      .detail = HasFsGsBase() ? "yes" : "no: switching threads costs a system call",
                      .remedy = ""});
  utsname kernel;
  if (uname(&kernel) == 0) {
    findings.push_back({.what = "kernel",
                        .is_fine = true,
                        .is_needed = true,
                        .detail = absl::StrCat(kernel.sysname, " ", kernel.release, " ", kernel.machine),
                        .remedy = ""});
  }
  findings.push_back({.what = "processors",
                      .is_fine = true,
                      .is_needed = true,
                      .detail = absl::StrCat(UsableProcessors()),
                      .remedy = ""});
  return findings;
}

absl::StatusOr<ExitStatus> Diagnose(bool as_json) {
  const std::vector<Symptom> findings = Examine();
  const TerminalStyle style = TerminalStyle::For(STDOUT_FILENO);
  nlohmann::json list = nlohmann::json::array();
  std::string text;
  bool is_healthy = true;
  for (const Symptom& finding : findings) {
    is_healthy = is_healthy && (finding.is_fine || !finding.is_needed);
    const char* word = finding.is_fine ? "ok" : finding.is_needed ? "MISSING" : "note";
    const Ink ink = finding.is_fine ? Ink::kGreen : finding.is_needed ? Ink::kRed : Ink::kYellow;
    list.push_back({{"what", finding.what},
                    {"status", finding.is_fine     ? "ok"
                               : finding.is_needed ? "missing"
                                                   : "note"},
                    {"detail", finding.detail},
                    {"remedy", finding.remedy}});
    absl::StrAppend(&text, PadRight(style.Paint(ink, word), 8), PadRight(finding.what, 18), finding.detail, "\n");
    if (!finding.remedy.empty()) absl::StrAppend(&text, std::string(26, ' '), "try: ", finding.remedy, "\n");
  }
  if (as_json) text = JsonText({{"healthy", is_healthy}, {"findings", list}});
  std::fputs(text.c_str(), stdout);
  return is_healthy ? ExitStatus::kPassed : ExitStatus::kGraderFailed;
}

}  // namespace

void AddDoctorCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("doctor", "Say what is installed, what is missing and how to get it");
  command->footer("Examples:\n  racecourse doctor\n  racecourse doctor --json");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print one JSON object");
  command->callback([as_json, &invocation] { invocation.run = [as_json] { return Diagnose(*as_json); }; });
}

}  // namespace racecourse::grader
