#include "grader/cli/commands.h"
#include "grader/compile/driver.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

constexpr char kHelp[] =
    "usage: racecourse c++ [--variant NAME] CLANG-ARGUMENTS…\n"
    "\n"
    "Stands in for clang++ (`racecourse cc` for clang) to build whole programs that `racecourse explore` can run "
    "under\n"
    "every schedule that matters. All arguments are clang's, except:\n"
    "  -O…             ignored: programs are compiled with -O1, where instrumented code runs fastest\n"
    "  -pie, -fPIE     ignored: addresses must be the same in every run\n"
    "  -fsanitize=…    thread is implied, others are refused; -fno-sanitize… is ignored\n"
    "  --variant NAME  systematic (default): to be explored; thread-sanitizer, address-sanitizer: witnesses for\n"
    "                  `racecourse explore --witness`; debugger: for `racecourse replay --debugger`;\n"
    "                  native: plain clang, nothing added\n"
    "RACECOURSE_UNDER_TEST is defined to 1.\n"
    "\n"
    "Examples:\n"
    "  racecourse c++ -std=c++20 -o demo main.cc queue.cc -pthread && racecourse explore -- ./demo\n"
    "  make CXX='racecourse c++'\n";

}  // namespace

void AddCompilerCommands(CLI::App& app, Invocation&) {
  app.add_subcommand("c++", "Compile and link a whole C++ program, to explore it");
  app.add_subcommand("cc", "The same for C");
}

absl::StatusOr<int> RunCompilerCommand(const std::string& name, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments == std::vector<std::string>{"--help"}) {
    std::fputs(kHelp, arguments.empty() ? stderr : stdout);
    return static_cast<int>(arguments.empty() ? ExitStatus::kUsage : ExitStatus::kPassed);
  }
  ASSIGN_OR_RETURN(const Toolchain toolchain, FindToolchain());
  return RunCompilerDriver(name == "cc" ? Language::kC : Language::kCxx, arguments, toolchain, FindInstallation());
}

}  // namespace racecourse::grader
