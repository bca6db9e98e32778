#include "grader/compile/driver.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/compile/flags.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr double kCommandSecondsMax = 24 * 3600;  // as long as the user likes

absl::StatusOr<int> RunVisibly(std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  command.inherits_streams = true;
  command.limits.wall_seconds = kCommandSecondsMax;
  ASSIGN_OR_RETURN(const ProcessResult result, RunProcess(command));
  return result.signal != 0 ? 128 + result.signal : result.exit_code;
}

const fs::path& CompilerFor(Language language, const Toolchain& toolchain) {
  return language == Language::kC ? toolchain.clang : toolchain.clangxx;
}

void Append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::ranges::move(from, std::back_inserter(to));
}

std::vector<std::string> LinkFlagsOf(Variant variant) {
  if (variant == Variant::kThreadSanitizer) return WitnessLinkFlags();
  if (variant == Variant::kAddressSanitizer) return AddressLinkFlags();
  return variant == Variant::kDebugger ? CarrierLinkFlags() : SystematicLinkFlags();
}

fs::path RuntimeOf(Variant variant, const Installation& installation) {
  if (variant == Variant::kThreadSanitizer) return installation.CarrierObject();
  if (variant == Variant::kAddressSanitizer) return installation.AddressCarrierObject();
  return variant == Variant::kDebugger ? installation.NativeObject() : installation.RuntimeObject();
}

std::vector<std::string> WithoutVariant(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--variant") {
      ++i;
    } else if (arguments[i].rfind("--variant=", 0) != 0) {
      kept.push_back(arguments[i]);
    }
  }
  return kept;
}

std::vector<std::string> CompileFlagsOf(Variant variant) {
  return variant == Variant::kAddressSanitizer ? AddressCompileFlags() : SystematicCompileFlags();
}

// Whether each source gets a file of its dependencies whose name is left to the compiler.
bool WritesDependencies(const DriverArguments& parsed) {
  auto has = [&](const char* option) { return std::ranges::count(parsed.compile_options, option) > 0; };
  return (has("-MD") || has("-MMD")) && !has("-MF");
}

// -E, -M and -MM write to stdout when there is no -o; -c and -S name their output after the source.
absl::StatusOr<int> CompileOnly(Language language, const DriverArguments& parsed, const Toolchain& toolchain,
                                const Installation& installation) {
  if (!parsed.output.empty() && parsed.sources.size() > 1) {
    return absl::InvalidArgumentError("cannot specify -o when generating multiple output files");
  }
  for (const DriverArguments::Source& source : parsed.sources) {
    std::vector<std::string> command = CompileCommand(language, parsed, source, toolchain, installation);
    if (!parsed.output.empty()) Append(command, {"-o", parsed.output});
    ASSIGN_OR_RETURN(const int status, RunVisibly(std::move(command)));
    if (status != 0) return status;
  }
  return 0;
}

// Objects and archives that were not compiled by us run, but what they do to memory is not seen: say so when they are
// linked. Code that is instrumented calls __tsan_init when it is loaded, so its object has the name. Libraries of the
// system are not watched either, and everybody knows.
void WarnOfUnwatched(const DriverArguments& parsed) {
  for (const DriverArguments::LinkItem& item : parsed.link_items) {
    const fs::path file = item.argument;
    if (item.source >= 0 || (file.extension() != ".o" && file.extension() != ".a")) continue;
    if (absl::StartsWith(fs::absolute(file).lexically_normal().string(), "/usr/")) continue;
    const auto bytes = ReadFile(file.string());
    if (!bytes.ok() || absl::StrContains(*bytes, "__tsan_init")) continue;
    std::fprintf(
        stderr,
        "racecourse: warning: %s is not watched: it was not compiled by `racecourse c++` or `racecourse cc`, so "
        "races and uses of freed memory in it are not seen\n",
        file.c_str());
  }
}

}  // namespace

std::vector<std::string> CompileCommand(Language language, const DriverArguments& parsed,
                                        const DriverArguments::Source& source, const Toolchain& toolchain,
                                        const Installation& installation) {
  std::vector<std::string> command = {CompilerFor(language, toolchain).string()};
  Append(command, CompileFlagsOf(parsed.variant));
  Append(command, parsed.compile_options);
  // Headers of libstdc++ that need a repair are found here first (framework/include/bits).
  if (language == Language::kCxx) command.push_back("-I" + installation.FrameworkHeaders().string());
  if (!source.language.empty()) Append(command, {"-x", source.language});
  command.push_back(source.file);
  return command;
}

std::vector<std::string> LinkCommand(Language language, const DriverArguments& parsed,
                                     const std::vector<std::string>& objects, const Toolchain& toolchain,
                                     const Installation& installation) {
  const bool is_program = !parsed.makes_shared_object && !parsed.makes_relocatable_object;
  std::vector<std::string> command = {CompilerFor(language, toolchain).string(), "-Qunused-arguments"};
  if (is_program) {
    Append(command, LinkFlagsOf(parsed.variant));
    command.push_back("-Wl,--wrap=main");
  } else {
    command.push_back("-fuse-ld=lld");
  }
  for (const DriverArguments::LinkItem& item : parsed.link_items) {
    command.push_back(item.source >= 0 ? objects[static_cast<std::size_t>(item.source)] : item.argument);
  }
  if (is_program) {
    command.push_back(RuntimeOf(parsed.variant, installation).string());
    // The runtime is written in C++, whatever the program is.
    if (language == Language::kC) Append(command, {"-lstdc++", "-lm"});
    command.push_back("-lpthread");
  }
  Append(command, {"-o", parsed.output.empty() ? "a.out" : parsed.output});
  return command;
}

absl::StatusOr<int> RunCompilerDriver(Language language, const std::vector<std::string>& arguments,
                                      const Toolchain& toolchain, const Installation& installation) {
  const std::vector<std::string> expanded = ExpandResponseFiles(arguments);
  ASSIGN_OR_RETURN(const DriverArguments parsed, ParseDriverArguments(expanded));
  if (parsed.variant == Variant::kNative || parsed.is_query) {
    std::vector<std::string> command = {CompilerFor(language, toolchain).string()};
    Append(command, WithoutVariant(expanded));
    return RunVisibly(std::move(command));
  }
  if (parsed.stops_before_link) return CompileOnly(language, parsed, toolchain, installation);

  if (!parsed.makes_shared_object && !parsed.makes_relocatable_object) RETURN_IF_ERROR(installation.CheckRuntime());
  ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Create("compile"));
  std::vector<std::string> objects;
  for (const DriverArguments::Source& source : parsed.sources) {
    const std::string name = absl::StrCat(objects.size(), "-", fs::path(source.file).stem().string(), ".o");
    objects.push_back((directory.path() / name).string());
    std::vector<std::string> command = CompileCommand(language, parsed, source, toolchain, installation);
    Append(command, {"-c", "-o", objects.back()});
    // Beside the temporary object nobody would find it.
    if (WritesDependencies(parsed)) Append(command, {"-MF", fs::path(source.file).stem().string() + ".d"});
    ASSIGN_OR_RETURN(const int status, RunVisibly(std::move(command)));
    if (status != 0) return status;
  }
  WarnOfUnwatched(parsed);
  return RunVisibly(LinkCommand(language, parsed, objects, toolchain, installation));
}

}  // namespace racecourse::grader
