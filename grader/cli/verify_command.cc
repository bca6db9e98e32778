#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "grader/cli/commands.h"
#include "grader/cli/course.h"
#include "grader/cli/expectation.h"
#include "grader/cli/progress_line.h"
#include "grader/executor/address_witness.h"
#include "grader/executor/grading.h"
#include "grader/executor/witness.h"
#include "grader/report/terminal.h"
#include "grader/system/file.h"
#include "grader/system/parallel.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr int kSchedulesToVerify = 20000;

struct VerifyOptions {
  std::vector<std::string> exercises;
  std::optional<int> schedules;  // nullopt: as the exercise says, or kSchedulesToVerify
  int jobs = UsableProcessors();
  std::uint64_t seed = 1;
  bool no_witness = false;
  bool only_wrong = false;
  int plain_runs = 0;
};

// One row of the table at the end.
struct Row {
  enum class Outcome { kAsItShould, kWaiting, kWrong, kOurFailure };
  std::string exercise;
  std::string variant;  // "reference", "wrong/b1-plain-add"
  Outcome outcome = Outcome::kAsItShould;
  std::string remark;
  double seconds = 0;
};

// What one sanitizer says about the findings that are its business.
class Share {
 public:
  Share(const SanitizerWitness& sanitizer, const char* name, const char* subjects)
      : sanitizer_(sanitizer), name_(name), subjects_(subjects) {}

  void Add(const std::string& variant, const Finding& finding) {
    const auto said = std::ranges::find(finding.witnesses, std::string(sanitizer_.executor), &Witness::executor);
    const bool is_asked = said != finding.witnesses.end();
    if (!is_asked && !sanitizer_.is_of_its_kind(finding)) return;
    ++findings_;
    if (!is_asked) {
      exceptions_.push_back(absl::StrCat(
          variant, ", ", finding.test, ": ",
          finding.itinerary.empty() ? "there is no record of its execution to follow" : "it was not asked"));
      return;
    }
    followed_ += said->verdict != Witness::Verdict::kAbsent;
    plain_runs_ = std::max(plain_runs_, said->plain_runs);
    found_plainly_ += said->plain_reports > 0;
    if (said->verdict == Witness::Verdict::kConfirms) {
      ++confirmed_;
    } else {
      exceptions_.push_back(absl::StrCat(variant, ", ", finding.test, ": ", said->message));
    }
  }

  std::string Text() const {
    if (findings_ == 0) return "";
    std::string text =
        absl::StrCat(name_, " confirms ", confirmed_, " of ", findings_, " ", subjects_, " under the same schedule (",
                     confirmed_ * 100 / findings_, " %), ", confirmed_, " of the ", followed_, " that it could follow");
    if (plain_runs_ > 0) {
      absl::StrAppend(&text, "; in ", plain_runs_, " plain runs it reports a race in ", found_plainly_, " of them");
    }
    absl::StrAppend(&text, exceptions_.empty() ? "\n" : "; not the others:\n");
    for (const std::string& exception : exceptions_) absl::StrAppend(&text, "  ", exception, "\n");
    return text;
  }

 private:
  const SanitizerWitness& sanitizer_;
  const char* const name_;
  const char* const subjects_;
  int findings_ = 0;
  int followed_ = 0;
  int confirmed_ = 0;
  int plain_runs_ = 0;
  int found_plainly_ = 0;
  std::vector<std::string> exceptions_;
};

// What the sanitizers say about all variants.
class WitnessTally {
 public:
  void Add(const std::string& variant, const SubmissionResult& result) {
    for (const CheckResult& check : result.checks) {
      for (const Finding& finding : check.findings) {
        races_.Add(variant, finding);
        memory_.Add(variant, finding);
      }
    }
  }

  // What ThreadSanitizer says about executions that pass.
  void AddPassing(const std::string& variant, const SubmissionResult& result) {
    for (const CheckResult& check : result.checks) {
      asked_ += check.sample.asked;
      followed_ += check.sample.followed;
      const bool is_complete = check.sample.followed == check.sample.asked;
      if (is_complete && check.sample.disagreements.empty()) continue;
      passing_.push_back(absl::StrCat(variant, ", ", check.id, ": ", SampleText(check.sample)));
    }
  }

  std::string Text() const { return absl::StrCat(races_.Text(), TextOfPassing(), memory_.Text()); }

 private:
  std::string TextOfPassing() const {
    if (asked_ == 0) return "";
    std::string text =
        absl::StrCat("ThreadSanitizer followed ", followed_, " of ", asked_, " passing executions of what must pass",
                     passing_.empty() ? " and reports nothing" : "; where it did not, or reports something:", "\n");
    for (const std::string& line : passing_) absl::StrAppend(&text, "  ", line);
    return text;
  }

  Share races_{kThreadWitness, "ThreadSanitizer", "data races"};
  Share memory_{kAddressWitness, "AddressSanitizer", "findings about memory"};
  int asked_ = 0;
  int followed_ = 0;
  std::vector<std::string> passing_;
};

class Verifier {
 public:
  Verifier(const Course& course, const Exercise& exercise, const VerifyOptions& options, ProgressLine& progress,
           WitnessTally& tally)
      : course_(course), exercise_(exercise), options_(options), progress_(progress), tally_(tally) {}

  absl::StatusOr<std::vector<Row>> Run() {
    if (!options_.only_wrong) RETURN_IF_ERROR(ExpectFailure("starter", exercise_.directory / "starter"));
    if (!fs::is_directory(exercise_.solutions)) {
      Add("reference", Row::Outcome::kWrong, absl::StrCat("there are no solutions in ", exercise_.solutions.string()),
          0);
      return rows_;
    }
    if (!options_.only_wrong) RETURN_IF_ERROR(ExpectPasses());
    for (const fs::path& variant : ListDirectories(exercise_.solutions / "wrong")) {
      RETURN_IF_ERROR(ExpectFinding(absl::StrCat("wrong/", variant.filename().string()), variant));
    }
    return rows_;
  }

 private:
  void Add(const std::string& variant, Row::Outcome outcome, const std::string& remark, double seconds) {
    rows_.push_back(
        {.exercise = exercise_.id, .variant = variant, .outcome = outcome, .remark = remark, .seconds = seconds});
  }

  int SchedulesToPass(const Check& check) const {
    if (options_.schedules) return *options_.schedules;
    const std::optional<int> schedules =
        check.schedules_to_verify ? check.schedules_to_verify : exercise_.schedules_to_verify;
    return schedules.value_or(kSchedulesToVerify);
  }

  // `must_pass`: with as many schedules as prove a solution, instead of those that a student gets.
  absl::StatusOr<SubmissionResult> Grade(const std::string& variant, const fs::path& path, bool must_pass) {
    GradingOptions options;
    options.seed = options_.seed;
    if (must_pass) options.schedules = [this](const Check& check) { return SchedulesToPass(check); };
    options.jobs = options_.jobs;
    options.wall_seconds = 600;
    options.asks_witness = !options_.no_witness;
    // ThreadSanitizer cannot follow what those on processes do.
    options.samples_passing = must_pass && exercise_.family != "processes";
    options.plain_runs = options_.plain_runs;
    options.on_progress = [this, variant](absl::string_view text) {
      progress_.Show(absl::StrCat(exercise_.id, " ", variant, ": ", text));
    };
    return Grading(exercise_, course_.installation(), course_.compiler(), options).Grade({.id = variant, .path = path});
  }

  // What is our failure is so whatever was expected.
  bool AddOurFailure(const std::string& variant, const SubmissionResult& result) {
    if (result.status != SubmissionStatus::kGraderError && result.status != SubmissionStatus::kInconclusive)
      return false;
    std::string why = result.message;
    for (const CheckResult& check : result.checks) {
      if (why.empty() && (check.verdict == Verdict::kGraderError || check.verdict == Verdict::kInconclusive)) {
        why = absl::StrCat(check.id, ": ", check.strength);
      }
    }
    Add(variant, Row::Outcome::kOurFailure, why, result.wall_seconds);
    return true;
  }

  absl::Status ExpectPasses() {
    RETURN_IF_ERROR(ExpectPass("reference", exercise_.solutions / "reference"));
    for (const fs::path& variant : ListDirectories(exercise_.solutions / "also")) {
      RETURN_IF_ERROR(ExpectPass(absl::StrCat("also/", variant.filename().string()), variant));
    }
    return absl::OkStatus();
  }

  absl::Status ExpectFailure(const std::string& variant, const fs::path& path) {
    ASSIGN_OR_RETURN(const SubmissionResult result, Grade(variant, path, false));
    if (AddOurFailure(variant, result)) return absl::OkStatus();
    if (result.status == SubmissionStatus::kFailed) {
      Add(variant, Row::Outcome::kAsItShould, absl::StrCat("compiles and fails: ", Findings(result)),
          result.wall_seconds);
    } else {
      Add(variant, Row::Outcome::kWrong, Describe(result), result.wall_seconds);
    }
    return absl::OkStatus();
  }

  absl::Status ExpectPass(const std::string& variant, const fs::path& path) {
    ASSIGN_OR_RETURN(const SubmissionResult result, Grade(variant, path, true));
    tally_.AddPassing(exercise_.id + " " + variant, result);
    if (AddOurFailure(variant, result)) return absl::OkStatus();
    if (result.status == SubmissionStatus::kPassed) {
      std::int64_t executions = 0;
      for (const CheckResult& check : result.checks) executions += check.executions;
      Add(variant, Row::Outcome::kAsItShould, absl::StrCat("passes in ", WithThousands(executions), " executions"),
          result.wall_seconds);
    } else {
      Add(variant, Row::Outcome::kWrong, Describe(result), result.wall_seconds);
    }
    return absl::OkStatus();
  }

  absl::Status ExpectFinding(const std::string& variant, const fs::path& path) {
    const fs::path file = path / exercise_.files.front();
    const auto text = ReadFile(file);
    if (!text.ok()) {
      Add(variant, Row::Outcome::kWrong, std::string(text.status().message()), 0);
      return absl::OkStatus();
    }
    const auto expectation = ParseExpectation(text->substr(0, text->find('\n')), exercise_);
    if (!expectation.ok()) {
      Add(variant, Row::Outcome::kWrong, absl::StrCat(file.string(), ":1: ", expectation.status().message()), 0);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const SubmissionResult result, Grade(variant, path, false));
    tally_.Add(exercise_.id + " " + variant, result);
    if (!expectation->waits_for.empty()) {
      const bool is_program = result.status != SubmissionStatus::kDoesNotCompile &&
                              result.status != SubmissionStatus::kRejected &&
                              result.status != SubmissionStatus::kMissingFiles;
      const bool is_found = is_program && DifferenceFrom(*expectation, result).empty();
      Add(variant, is_program ? Row::Outcome::kWaiting : Row::Outcome::kWrong,
          is_program ? absl::StrCat("waiting for ", expectation->waits_for, is_found ? ", yet it is found already" : "")
                     : Describe(result),
          result.wall_seconds);
      return absl::OkStatus();
    }
    if (AddOurFailure(variant, result)) return absl::OkStatus();
    const std::string difference = DifferenceFrom(*expectation, result);
    Add(variant, difference.empty() ? Row::Outcome::kAsItShould : Row::Outcome::kWrong,
        difference.empty() ? Findings(result) : difference, result.wall_seconds);
    return absl::OkStatus();
  }

  static std::string Findings(const SubmissionResult& result) {
    std::vector<std::string> found;
    for (const CheckResult& check : result.checks) {
      std::vector<std::string> in_check;
      for (const Finding& finding : check.findings) {
        const std::string text = absl::StrCat(
            finding.kind,
            finding.schedule.empty() ? "" : absl::StrCat(" in schedule ", WithThousands(finding.execution + 1)));
        if (std::ranges::count(in_check, text) == 0) in_check.push_back(text);
      }
      if (!in_check.empty()) found.push_back(absl::StrCat(check.id, ": ", absl::StrJoin(in_check, ", ")));
    }
    return absl::StrJoin(found, "; ");
  }

  static std::string Describe(const SubmissionResult& result) {
    std::string text(SubmissionStatusName(result.status));
    if (const std::string findings = Findings(result); !findings.empty()) absl::StrAppend(&text, " (", findings, ")");
    if (!result.message.empty()) absl::StrAppend(&text, ": ", result.message);
    return text;
  }

  const Course& course_;
  const Exercise& exercise_;
  const VerifyOptions& options_;
  ProgressLine& progress_;
  WitnessTally& tally_;
  std::vector<Row> rows_;
};

std::string Table(const std::vector<Row>& rows, const TerminalStyle& style) {
  int variant_width = 8;
  for (const Row& row : rows) variant_width = std::max(variant_width, DisplayWidth(row.variant));
  std::string text;
  std::string exercise;
  for (const Row& row : rows) {
    if (row.exercise != exercise) {
      exercise = row.exercise;
      absl::StrAppend(&text, style.Paint(Ink::kBold, exercise), "\n");
    }
    const char* word = "ok";
    Ink ink = Ink::kGreen;
    if (row.outcome == Row::Outcome::kWaiting) word = "waiting", ink = Ink::kYellow;
    if (row.outcome == Row::Outcome::kWrong) word = "WRONG", ink = Ink::kRed;
    if (row.outcome == Row::Outcome::kOurFailure) word = "ERROR", ink = Ink::kRed;
    const std::vector<std::string> remarks = Wrap(row.remark, std::max(30, style.width - variant_width - 22));
    absl::StrAppend(&text, "  ", PadRight(row.variant, variant_width), "  ", PadRight(style.Paint(ink, word), 7),
                    absl::StrFormat("  %6.1f s  ", row.seconds), remarks.front(), "\n");
    for (std::size_t i = 1; i < remarks.size(); ++i) {
      absl::StrAppend(&text, std::string(static_cast<std::size_t>(variant_width) + 22, ' '), remarks[i], "\n");
    }
  }
  return text;
}

absl::StatusOr<ExitStatus> Verify(const VerifyOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Course> course, Course::Open());
  std::vector<const Exercise*> exercises;
  for (const std::string& name : options.exercises) {
    ASSIGN_OR_RETURN(const Exercise* exercise, course->catalog().Find(name));
    exercises.push_back(exercise);
  }
  if (options.exercises.empty()) {
    for (const Exercise& exercise : course->catalog().exercises()) exercises.push_back(&exercise);
  }
  std::vector<Row> rows;
  WitnessTally tally;
  {
    ProgressLine progress;
    for (const Exercise* exercise : exercises) {
      ASSIGN_OR_RETURN(const std::vector<Row> of_exercise,
                       Verifier(*course, *exercise, options, progress, tally).Run());
      rows.insert(rows.end(), of_exercise.begin(), of_exercise.end());
    }
  }
  std::fputs(Table(rows, TerminalStyle::For(STDOUT_FILENO)).c_str(), stdout);
  if (!options.no_witness) std::fputs(tally.Text().c_str(), stdout);
  auto count = [&](Row::Outcome outcome) { return std::ranges::count(rows, outcome, &Row::outcome); };
  std::printf("%d passed, %d failed, %d skipped\n", static_cast<int>(count(Row::Outcome::kAsItShould)),
              static_cast<int>(count(Row::Outcome::kWrong) + count(Row::Outcome::kOurFailure)),
              static_cast<int>(count(Row::Outcome::kWaiting)));
  if (count(Row::Outcome::kOurFailure) > 0) return ExitStatus::kGraderFailed;
  return count(Row::Outcome::kWrong) > 0 ? ExitStatus::kFailed : ExitStatus::kPassed;
}

}  // namespace

void AddVerifyCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("verify", "Let exercises prove themselves on their known solutions");
  command->footer(
      "Examples:\n"
      "  racecourse verify                      all exercises\n"
      "  racecourse verify whiteboard-tally --schedules 100000\n"
      "  racecourse verify --only-wrong         at the end: what the sanitizers confirm of all that is found\n\n"
      "The starter must compile and fail; the reference and every also/ must pass; every wrong/ must fail with "
      "exactly\n"
      "the finding that its first line names, in the check that it names.");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("EXERCISE", options->exercises, "Ids or numbers; without any, all");
  command
      ->add_option("--schedules", options->schedules,
                   "Schedules per test for what must pass; without it, what the exercise says, or 20000")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--jobs", options->jobs, "Processes at a time")->check(CLI::Range(1, 1024));
  command->add_flag("--only-wrong", options->only_wrong, "Leave out the starter and what must pass");
  command->add_flag("--no-witness", options->no_witness, "Do not ask the sanitizers about what is found");
  command->add_option("--plain-runs", options->plain_runs, "Besides, so many runs under ThreadSanitizer alone for each")
      ->check(CLI::Range(1, 100'000));
  command->add_option("--seed", options->seed, "Seed of the schedules")->capture_default_str();
  command->callback([options, &invocation] { invocation.run = [options] { return Verify(*options); }; });
}

}  // namespace racecourse::grader
