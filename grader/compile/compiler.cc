#include "grader/compile/compiler.h"

#include <unistd.h>

#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "grader/compile/dependencies.h"
#include "grader/compile/flags.h"
#include "grader/system/file.h"
#include "grader/system/sha256.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "grader/vet/ir_scan.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr double kCompileSecondsMax = 120;
constexpr std::uint64_t kObjectBytesMax = std::uint64_t{1} << 30;

// Tells "your source is wrong", which is a result, from "we could not compile", which is an error.
const absl::Status kDoesNotCompile = absl::AbortedError("does not compile");

absl::StatusOr<ProcessResult> RunCompiler(std::vector<std::string> arguments, const fs::path& directory) {
  Command command;
  command.arguments = std::move(arguments);
  command.directory = directory;
  // The messages are quoted to students and matched by us, so they are in English whatever the user's language.
  command.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
                         "TMPDIR=" + fs::temp_directory_path().string()};
  command.limits.wall_seconds = kCompileSecondsMax;
  command.limits.file_bytes = kObjectBytesMax;
  ASSIGN_OR_RETURN(ProcessResult result, RunProcess(command));
  if (result.timed_out)
    result.errors = absl::StrCat("error: the compiler was stopped after ", kCompileSecondsMax, " s\n");
  // 134 and 139 are what clang's own driver makes of a compiler that aborted or crashed.
  if (!result.timed_out && result.signal != 0) {
    return absl::InternalError(absl::StrCat("the compiler was ", result.ToString()));
  }
  return result;
}

bool IsC(const fs::path& source) { return source.extension() == ".c"; }

fs::path DependenciesOf(const fs::path& object) { return fs::path(object.string() + ".deps"); }

// An entry of the cache may be found again from another place, so the places of renamed directories are not in it.
std::vector<std::string> Renamed(std::vector<std::string> files, const CompileJob& job) {
  for (std::string& file : files) {
    for (const auto& [directory, name] : job.renamed_directories) {
      const std::string prefix = absl::StrCat(directory.string(), "/");
      if (absl::StartsWith(file, prefix)) file = absl::StrCat(name, "/", file.substr(prefix.size()));
    }
  }
  return files;
}

// Files that belong to the machine; ours and the student's are known by their content instead.
std::vector<std::string> SystemFiles(const std::vector<std::string>& files) {
  std::vector<std::string> system_files;
  for (const std::string& file : files) {
    if (absl::StartsWith(file, "/usr/")) system_files.push_back(file);
  }
  return system_files;
}

// What is known of an object: the files it was made from, and what a scan of it found.
struct SideFile {
  std::vector<std::string> files;
  std::optional<Misuse> misuse;
};

// As text: the files, an empty line, the misuse (its line, its file and the message) if there is one, an empty line,
// and the state of the system's files.
std::string WriteSideFile(const SideFile& known) {
  std::string text;
  for (const std::string& file : known.files) absl::StrAppend(&text, file, "\n");
  absl::StrAppend(&text, "\n");
  if (known.misuse)
    absl::StrAppend(&text, known.misuse->line, "\t", known.misuse->file, "\t", known.misuse->message, "\n");
  absl::StrAppend(&text, "\n", DescribeFiles(SystemFiles(known.files)));
  return text;
}

SideFile ReadSideFile(absl::string_view text) {
  SideFile known;
  const auto next = [&text] {
    const std::size_t end = text.find('\n');
    const absl::string_view line = text.substr(0, end);
    text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
    return line;
  };
  for (absl::string_view line = next(); !line.empty(); line = next()) known.files.emplace_back(line);
  const absl::string_view line = next();
  if (line.empty()) return known;
  const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits('\t', 2));
  int number = 0;
  if (fields.size() == 3 && absl::SimpleAtoi(fields[0], &number)) {
    known.misuse = Misuse{.file = fields[1], .line = number, .message = fields[2]};
  }
  return known;
}

bool IsCurrent(const fs::path& object) {
  const auto side_file = ReadFile(DependenciesOf(object));
  return side_file.ok() && *side_file == WriteSideFile(ReadSideFile(*side_file));
}

// From optimised, instrumented bitcode to an object: the same one as in a single step.
std::vector<std::string> GenerateCommand(const Toolchain& toolchain, const fs::path& bitcode, const fs::path& object) {
  return {toolchain.clangxx.string(),
          "-O1",
          "-fno-pie",
          "-fno-omit-frame-pointer",
          "-fno-optimize-sibling-calls",
          "-w",
          "-Xclang",
          "-disable-llvm-passes",
          "-c",
          bitcode.string(),
          "-o",
          object.string()};
}

absl::StatusOr<std::string> Disassemble(const fs::path& dis, const fs::path& bitcode) {
  if (dis.empty()) return absl::InternalError("llvm-dis is not installed; install it with: apt-get install llvm-19");
  Command command;
  command.arguments = {dis.string(), bitcode.string(), "-o", "-"};
  command.environment = ToolEnvironment();
  command.limits.output_bytes_kept = kObjectBytesMax;
  return OutputOf(command);
}

}  // namespace

absl::StatusOr<CompiledObject> Compiler::Compile(const CompileJob& job) const {
  const bool is_c = IsC(job.source);
  std::vector<std::string> flags = {is_c ? "-std=c17" : "-std=c++20"};
  flags.insert(flags.end(), job.variant_flags.begin(), job.variant_flags.end());
  Fingerprint fingerprint;
  fingerprint.Add("object 3").Add(toolchain_.version).Add(job.content).Add(job.source.filename().string());
  for (const std::string& root : job.trusted_roots) fingerprint.Add(root);
  for (const std::vector<std::string>* list :
       std::initializer_list<const std::vector<std::string>*>{&flags, &job.flags}) {
    for (std::string flag : *list) {
      for (const auto& [directory, name] : job.renamed_directories) {
        const std::size_t place = flag.find(directory.string());
        if (place != std::string::npos) flag.replace(place, directory.string().size(), name);
      }
      fingerprint.Add(flag);
    }
  }

  CompiledObject compiled;
  auto build = [&](const fs::path& output) -> absl::Status {
    const fs::path rule = fs::path(output.string() + ".rule");
    std::vector<std::string> arguments = {is_c ? toolchain_.clang.string() : toolchain_.clangxx.string()};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    arguments.insert(arguments.end(), job.flags.begin(), job.flags.end());
    for (const auto& [directory, name] : job.renamed_directories) {
      arguments.push_back(absl::StrCat("-ffile-prefix-map=", directory.string(), "=", name));
    }
    // A student's source becomes an object by way of bitcode: it costs no more, and can be looked at.
    const bool is_scanned = !job.trusted_roots.empty();
    const fs::path bitcode = fs::path(output.string() + ".bc");
    if (is_scanned) arguments.push_back("-emit-llvm");
    for (std::string argument :
         {std::string("-w"), std::string("-MD"), std::string("-MF"), rule.string(), std::string("-c"),
          std::string("-o"), (is_scanned ? bitcode : output).string(), job.source.string()}) {
      arguments.push_back(std::move(argument));
    }
    ASSIGN_OR_RETURN(const ProcessResult result, RunCompiler(std::move(arguments), job.directory));
    const auto rule_text = ReadFile(rule);
    unlink(rule.c_str());
    if (!result.Succeeded()) {
      compiled.diagnostics = result.errors;
      return kDoesNotCompile;
    }
    RETURN_IF_ERROR(rule_text.status());
    SideFile known{.files = Renamed(ParseDependencies(*rule_text), job), .misuse = std::nullopt};
    if (is_scanned) {
      const auto assembly = Disassemble(toolchain_.dis, bitcode);
      if (assembly.ok()) known.misuse = ScanIr(*assembly, job.trusted_roots);
      auto generated = RunCompiler(GenerateCommand(toolchain_, bitcode, output), job.directory);
      unlink(bitcode.c_str());
      RETURN_IF_ERROR(assembly.status());
      RETURN_IF_ERROR(generated.status());
      if (!generated->Succeeded()) {
        compiled.diagnostics = generated->errors;
        return kDoesNotCompile;
      }
    }
    return WriteFileAtomically(DependenciesOf(output), WriteSideFile(known));
  };
  // The side file is written beside the unfinished object, and follows it to its final name.
  auto build_both = [&](const fs::path& output) -> absl::Status {
    const absl::Status status = build(output);
    const fs::path final_name = output.parent_path() / absl::StrCat(fingerprint.Hex(), ".o.deps");
    std::error_code ignored;
    if (status.ok()) fs::rename(DependenciesOf(output), final_name, ignored);
    return status;
  };
  const auto object = cache_.Get(fingerprint.Hex(), ".o", build_both, IsCurrent);
  if (object.status() == kDoesNotCompile) return compiled;
  if (!object.ok()) return object.status();
  compiled.object = *object;
  ASSIGN_OR_RETURN(const std::string side_file, ReadFile(DependenciesOf(*object)));
  SideFile known = ReadSideFile(side_file);
  compiled.files_read = std::move(known.files);
  compiled.misuse = std::move(known.misuse);
  return compiled;
}

absl::StatusOr<CompiledObject> Compiler::Link(const std::vector<fs::path>& objects,
                                              const std::vector<std::string>& libraries,
                                              const std::vector<std::string>& flags) const {
  Fingerprint fingerprint;
  fingerprint.Add("program 2").Add(toolchain_.version);
  for (const fs::path& object : objects) {
    ASSIGN_OR_RETURN(const std::string content, ReadFile(object));
    fingerprint.Add(content);
  }
  std::vector<std::string> arguments = {toolchain_.clangxx.string()};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  arguments.push_back(kWrapAssertHelper);
  for (const fs::path& object : objects) arguments.push_back(object.string());
  arguments.insert(arguments.end(), libraries.begin(), libraries.end());
  for (const std::string& library : libraries) fingerprint.Add(library);
  for (const std::string& flag : flags) fingerprint.Add(flag);

  CompiledObject linked;
  auto build = [&](const fs::path& output) -> absl::Status {
    arguments.push_back("-o");
    arguments.push_back(output.string());
    ASSIGN_OR_RETURN(const ProcessResult result, RunCompiler(arguments, {}));
    if (result.Succeeded()) return absl::OkStatus();
    linked.diagnostics = result.errors;
    return kDoesNotCompile;
  };
  const auto program = cache_.Get(fingerprint.Hex(), ".program", build);
  if (program.status() == kDoesNotCompile) return linked;
  if (!program.ok()) return program.status();
  linked.object = *program;
  return linked;
}

}  // namespace racecourse::grader
