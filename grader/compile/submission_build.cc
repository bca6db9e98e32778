#include "grader/compile/submission_build.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/compile/diagnostics.h"
#include "grader/compile/flags.h"
#include "grader/system/file.h"
#include "grader/system/parallel.h"
#include "grader/system/sha256.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "grader/vet/dependency_scan.h"
#include "grader/vet/source_scan.h"
#include "grader/vet/symbol_scan.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

absl::Status AddFolder(const fs::path& folder, Fingerprint& fingerprint) {
  for (const fs::path& file : ListFiles(folder)) {
    ASSIGN_OR_RETURN(const std::string content, ReadFile(file));
    fingerprint.Add(file.lexically_relative(folder).string()).Add(content);
  }
  return absl::OkStatus();
}

bool IsSource(const fs::path& file) {
  const fs::path extension = file.extension();
  return extension == ".cc" || extension == ".cpp" || extension == ".cxx" || extension == ".c";
}

std::vector<fs::path> TestSources(const fs::path& folder) {
  std::vector<fs::path> sources;
  for (const fs::path& file : ListFiles(folder)) {
    if (absl::EndsWith(file.filename().string(), "_test.cc")) sources.push_back(file);
  }
  return sources;
}

// What the compiler calls and the runtime must define is missing: not the student's doing.
bool IsOurLinkFailure(absl::string_view diagnostics) {
  return absl::StrContains(diagnostics, "undefined symbol: __tsan_") ||
         absl::StrContains(diagnostics, "undefined symbol: __wrap_") ||
         absl::StrContains(diagnostics, "undefined symbol: __asan_") ||
         absl::StrContains(diagnostics, "undefined symbol: racecourse") ||
         absl::StrContains(diagnostics, "cannot open") || absl::StrContains(diagnostics, "unable to find library");
}

// What a program of this kind is linked with, besides objects.
std::vector<std::string> LibrariesOf(const Exercise& exercise) {
  if (exercise.kind == ExerciseKind::kProgram) return {"-Wl,--wrap=main", "-lpthread"};
  return {"-lgtest", "-lpthread"};
}

// One exercise's way from sources to objects: which jobs there are, and what their results mean.
class Builder {
 public:
  Builder(const Exercise& exercise, const StagedSubmission& staged, const Installation& installation,
          const Compiler& compiler, std::vector<std::string> variant_flags)
      : exercise_(exercise),
        staged_(staged),
        installation_(installation),
        compiler_(compiler),
        variant_flags_(std::move(variant_flags)) {}

  absl::Status PlanJobs() {
    Fingerprint course;
    RETURN_IF_ERROR(AddFolder(installation_.FrameworkHeaders(), course));
    if (!IsProgram()) RETURN_IF_ERROR(AddFolder(exercise_.directory / "tests", course));

    Fingerprint of_student;
    of_student.Add(course.Hex());
    for (const auto& [name, text] : staged_.sources) of_student.Add(name).Add(text);
    if (!IsProgram()) AddJob(exercise_.directory / exercise_.unit, staged_.directory.path(), of_student.Hex());
    for (const auto& [name, text] : staged_.sources) {
      if (IsSource(name)) AddJob(name, staged_.directory.path(), of_student.Hex());
    }
    student_jobs_ = jobs_.size();
    if (IsProgram()) return PlanProgram();

    const std::vector<fs::path> public_tests = TestSources(exercise_.directory / "tests");
    if (public_tests.empty()) {
      return absl::InternalError(absl::StrCat(exercise_.directory.string(), ": has no tests/*_test.cc"));
    }
    for (const fs::path& test : public_tests) AddJob(test, exercise_.directory, course.Hex());
    const fs::path hidden = exercise_.solutions / "tests";
    RETURN_IF_ERROR(AddFolder(hidden, course));
    for (const fs::path& test : TestSources(hidden)) {
      AddJob(test, exercise_.directory, course.Hex());
      has_hidden_tests_ = true;
    }
    return absl::OkStatus();
  }

  absl::Status Compile(int parallel_jobs) {
    std::vector<absl::Status> statuses(jobs_.size());
    objects_.resize(jobs_.size());
    ForEachInParallel(jobs_.size(), parallel_jobs, [&](std::size_t i) {
      auto object = compiler_.Compile(jobs_[i]);
      if (object.ok()) {
        objects_[i] = *std::move(object);
      } else {
        statuses[i] = object.status();
      }
    });
    for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
    for (std::size_t i = student_jobs_; i < jobs_.size(); ++i) {
      if (objects_[i].object.empty()) {
        return absl::InternalError(
            absl::StrCat(jobs_[i].source.string(), ": does not compile:\n", objects_[i].diagnostics));
      }
    }
    return absl::OkStatus();
  }

  std::optional<CompileFailure> FailureOfStudent() const {
    std::string diagnostics;
    for (std::size_t i = 0; i < student_jobs_; ++i) {
      if (!objects_[i].object.empty()) continue;
      if (!diagnostics.empty()) diagnostics += "\n";
      diagnostics += TrimDiagnostics(objects_[i].diagnostics, exercise_.directory);
    }
    if (diagnostics.empty()) return std::nullopt;
    return CompileFailure{std::move(diagnostics)};
  }

  std::vector<fs::path> Objects() const {
    std::vector<fs::path> objects;
    for (const CompiledObject& object : objects_) objects.push_back(object.object);
    return objects;
  }

  absl::StatusOr<std::optional<Misuse>> VetObjects() {
    std::vector<fs::path> roots = {"/usr/include", "/usr/lib", "/usr/local/include", kSubmissionName, kFrameworkName};
    if (!IsProgram()) {
      roots.push_back(fs::path(kExerciseName) / "tests");
      roots.push_back((fs::path(kExerciseName) / exercise_.unit).parent_path());
    }
    std::vector<Symbol> own_symbols;
    for (std::size_t i = 0; i < student_jobs_; ++i) {
      std::optional<Misuse> misuse = ScanDependencies(objects_[i].files_read, roots);
      if (misuse) return misuse;
      if (objects_[i].misuse) return WithFile(*objects_[i].misuse);
      if (compiler_.toolchain().nm.empty()) {
        defines_main_ = true;  // it cannot be known
        continue;
      }
      ASSIGN_OR_RETURN(const std::vector<Symbol> symbols, SymbolsOf(objects_[i].object));
      defines_main_ |=
          std::ranges::any_of(symbols, [](const Symbol& symbol) { return symbol.name == "main" && symbol.is_defined; });
      misuse = ScanSymbols(symbols, staged_.sources, IsProgram());
      if (misuse) return misuse;
      if (own_symbols.empty()) {
        ASSIGN_OR_RETURN(own_symbols, SymbolsOf(installation_.RuntimeObject()));
      }
      misuse = ScanForOwnSymbols(symbols, own_symbols, staged_.sources);
      if (misuse) return misuse;
    }
    return std::nullopt;
  }

  absl::StatusOr<std::variant<BuiltProgram, CompileFailure, Misuse>> Link() const {
    // The linker does not say so: our own main, which calls theirs, is enough for it.
    if (IsProgram() && !defines_main_) return CompileFailure{"no file of the submission defines main()"};
    std::vector<fs::path> own_objects = Objects();
    std::vector<fs::path> objects = own_objects;
    if (!IsProgram()) objects.push_back(installation_.MainObject());
    objects.push_back(installation_.RuntimeObject());
    ASSIGN_OR_RETURN(CompiledObject program, compiler_.Link(objects, LibrariesOf(exercise_), SystematicLinkFlags()));
    if (program.object.empty() && IsOurLinkFailure(program.diagnostics)) {
      return absl::InternalError(absl::StrCat("the runtime does not fit the compiler:\n", program.diagnostics));
    }
    if (program.object.empty()) {
      return CompileFailure{TrimDiagnostics(program.diagnostics, exercise_.directory)};
    }
    return BuiltProgram{
        .program = program.object, .has_hidden_tests = has_hidden_tests_, .objects = std::move(own_objects)};
  }

 private:
  bool IsProgram() const { return exercise_.kind == ExerciseKind::kProgram; }

  absl::StatusOr<std::vector<Symbol>> SymbolsOf(const fs::path& object) const {
    Command command;
    command.arguments = {compiler_.toolchain().nm.string(), "--format=posix", "--extern-only", object.string()};
    command.limits.output_bytes_kept = std::size_t{64} << 20;
    ASSIGN_OR_RETURN(const std::string output, OutputOf(command));
    return ParseSymbols(output);
  }

  // Module-level assembly, and functions without debug information, have no place.
  Misuse WithFile(Misuse misuse) const {
    if (misuse.file.empty() && !staged_.sources.empty()) misuse.file = staged_.sources.begin()->first;
    return misuse;
  }

  // Hidden checks of a program have no code of their own, only what they feed it and expect.
  absl::Status PlanProgram() {
    if (student_jobs_ == 0) {
      return absl::InternalError(absl::StrCat(exercise_.directory.string(), ": 'files' names no source to compile"));
    }
    std::error_code ignored;
    has_hidden_tests_ = fs::is_directory(exercise_.solutions, ignored);
    return absl::OkStatus();
  }

  void AddJob(const fs::path& source, const fs::path& directory, std::string content) {
    const bool is_student = directory == staged_.directory.path();
    CompileJob job{.source = source,
                   .directory = directory,
                   .variant_flags = variant_flags_,
                   .flags = {},
                   .renamed_directories = {},
                   .trusted_roots = {},
                   .content = std::move(content)};
    if (is_student) job.flags.push_back("-I.");
    if (is_student && variant_flags_ == SystematicCompileFlags())
      job.trusted_roots = {"/usr", kExerciseName, kHiddenName, kFrameworkName};
    job.flags.push_back(absl::StrCat("-I", (exercise_.directory / "tests").string()));
    job.flags.push_back(absl::StrCat("-I", installation_.FrameworkHeaders().string()));
    job.renamed_directories = {{exercise_.directory, kExerciseName},
                               {exercise_.solutions, kHiddenName},
                               {installation_.FrameworkHeaders(), kFrameworkName}};
    if (is_student) job.renamed_directories.emplace_back(staged_.directory.path(), kSubmissionName);
    jobs_.push_back(std::move(job));
  }

  const Exercise& exercise_;
  const StagedSubmission& staged_;
  const Installation& installation_;
  const Compiler& compiler_;
  const std::vector<std::string> variant_flags_;
  std::vector<CompileJob> jobs_;  // the student's first
  std::size_t student_jobs_ = 0;
  std::vector<CompiledObject> objects_;  // one for each job
  bool has_hidden_tests_ = false;
  bool defines_main_ = false;
};

}  // namespace

absl::StatusOr<std::variant<BuiltProgram, CompileFailure, Misuse>> BuildSubmission(const Exercise& exercise,
                                                                                   const StagedSubmission& staged,
                                                                                   const Installation& installation,
                                                                                   const Compiler& compiler, int jobs) {
  if (std::optional<Misuse> misuse = ScanSources(staged.sources, exercise.allowed_includes)) return *misuse;
  RETURN_IF_ERROR(installation.CheckRuntime());
  Builder builder(exercise, staged, installation, compiler, SystematicCompileFlags());
  RETURN_IF_ERROR(builder.PlanJobs());
  RETURN_IF_ERROR(builder.Compile(jobs));
  if (std::optional<CompileFailure> failure = builder.FailureOfStudent()) return *failure;
  ASSIGN_OR_RETURN(const std::optional<Misuse> misuse, builder.VetObjects());
  if (misuse) return *misuse;
  return builder.Link();
}

namespace {

absl::StatusOr<fs::path> LinkCarried(const Exercise& exercise, std::vector<fs::path> objects, const fs::path& carrier,
                                     const std::vector<std::string>& flags, const char* why_not,
                                     const Installation& installation, const Compiler& compiler) {
  if (exercise.kind == ExerciseKind::kTests) objects.push_back(installation.MainObject());
  objects.push_back(carrier);
  ASSIGN_OR_RETURN(const CompiledObject linked, compiler.Link(objects, LibrariesOf(exercise), flags));
  if (!linked.object.empty()) return linked.object;
  return absl::FailedPreconditionError(absl::StrCat(why_not, ": ", linked.diagnostics));
}

}  // namespace

absl::StatusOr<fs::path> LinkWitness(const Exercise& exercise, const BuiltProgram& program,
                                     const Installation& installation, const Compiler& compiler) {
  return LinkCarried(exercise, program.objects, installation.CarrierObject(), WitnessLinkFlags(),
                     "it cannot be linked with ThreadSanitizer's runtime", installation, compiler);
}

absl::StatusOr<fs::path> BuildAddressWitness(const Exercise& exercise, const StagedSubmission& staged,
                                             const Installation& installation, const Compiler& compiler, int jobs) {
  Builder builder(exercise, staged, installation, compiler, AddressCompileFlags());
  RETURN_IF_ERROR(builder.PlanJobs());
  RETURN_IF_ERROR(builder.Compile(jobs));
  if (const std::optional<CompileFailure> failure = builder.FailureOfStudent()) {
    return absl::FailedPreconditionError(
        absl::StrCat("it does not compile for AddressSanitizer: ", failure->diagnostics));
  }
  return LinkCarried(exercise, builder.Objects(), installation.AddressCarrierObject(), AddressLinkFlags(),
                     "it cannot be linked with AddressSanitizer's runtime", installation, compiler);
}

absl::StatusOr<fs::path> LinkForDebugger(const Exercise& exercise, const BuiltProgram& program,
                                         const Installation& installation, const Compiler& compiler) {
  return LinkCarried(exercise, program.objects, installation.NativeObject(), CarrierLinkFlags(),
                     "the program does not run on threads of the operating system", installation, compiler);
}

}  // namespace racecourse::grader
