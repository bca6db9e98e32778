#include "grader/report/results_file.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grader/report/finding_json.h"
#include "grader/system/file.h"
#include "grader/system/status_macros.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kResultsBytesMax = std::uint64_t{1} << 30;
constexpr std::uint64_t kFailureBytesMax = std::uint64_t{256} << 20;

Json ToJson(const CheckResult& check, bool has_details) {
  Json findings = Json::array();
  for (const Finding& finding : check.findings) {
    findings.push_back(has_details ? FindingToJson(finding) : FindingSummaryToJson(finding));
  }
  return {{"id", check.id},
          {"sentence", check.sentence},
          {"verdict", std::string(VerdictName(check.verdict))},
          {"points", check.points},
          {"max_points", check.max_points},
          {"strength", check.strength},
          {"executions", check.executions},
          {"wall_seconds", check.wall_seconds},
          {"findings", std::move(findings)}};
}

absl::StatusOr<CheckResult> ReadCheck(const Json& json) {
  CheckResult check;
  check.id = json.at("id").get<std::string>();
  check.sentence = json.value("sentence", "");
  const std::optional<Verdict> verdict = ParseVerdict(json.at("verdict").get<std::string>());
  if (!verdict) return absl::DataLossError("an unknown verdict");
  check.verdict = *verdict;
  check.points = json.at("points").get<int>();
  check.max_points = json.at("max_points").get<int>();
  check.strength = json.at("strength").get<std::string>();
  check.executions = json.at("executions").get<std::int64_t>();
  check.wall_seconds = json.value("wall_seconds", 0.0);
  for (const Json& entry : json.at("findings")) {
    ASSIGN_OR_RETURN(Finding finding, FindingFromJson(entry));
    check.findings.push_back(std::move(finding));
  }
  return check;
}

absl::StatusOr<SubmissionResult> ReadSubmission(const Json& json) {
  SubmissionResult result;
  result.id = json.at("id").get<std::string>();
  result.exercise = json.at("exercise").get<std::string>();
  result.path = json.value("path", "");
  result.score = json.at("score").get<int>();
  result.max_score = json.at("max_score").get<int>();
  const std::optional<SubmissionStatus> status = ParseSubmissionStatus(json.at("status").get<std::string>());
  if (!status) return absl::DataLossError("an unknown status");
  result.status = *status;
  result.message = json.value("message", "");
  result.wall_seconds = json.value("wall_seconds", 0.0);
  for (const Json& entry : json.at("checks")) {
    ASSIGN_OR_RETURN(CheckResult check, ReadCheck(entry));
    result.checks.push_back(std::move(check));
  }
  return result;
}

bool IsSafeId(const std::string& id) {
  return !id.empty() && !absl::StartsWith(id, "/") && !absl::StrContains(id, "..") && !absl::StrContains(id, '\0');
}

absl::StatusOr<KeptFailure> ReadFailureFile(const fs::path& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file, kFailureBytesMax));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError(absl::StrCat(file.string(), ": not a JSON object"));
  try {
    KeptFailure failure;
    failure.exercise = json.at("exercise").get<std::string>();
    failure.submission_path = json.at("submission").get<std::string>();
    failure.seed = json.at("seed").get<std::uint64_t>();
    ASSIGN_OR_RETURN(failure.finding, FindingFromJson(json.at("finding")));
    return failure;
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(file.string(), ": ", error.what()));
  }
}

}  // namespace

std::string JsonText(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json ResultsToJson(const std::vector<SubmissionResult>& results, bool has_details) {
  Json submissions = Json::array();
  for (const SubmissionResult& result : results) {
    Json checks = Json::array();
    for (const CheckResult& check : result.checks) checks.push_back(ToJson(check, has_details));
    submissions.push_back({{"id", result.id},
                           {"exercise", result.exercise},
                           {"path", result.path},
                           {"score", result.score},
                           {"max_score", result.max_score},
                           {"status", std::string(SubmissionStatusName(result.status))},
                           {"message", result.message},
                           {"wall_seconds", result.wall_seconds},
                           {"checks", std::move(checks)}});
  }
  return {{"schema", kResultsSchema}, {"submissions", std::move(submissions)}};
}

absl::Status WriteResults(const fs::path& directory, const std::vector<SubmissionResult>& results) {
  return WriteFileAtomically(directory / "results.json", JsonText(ResultsToJson(results, /*has_details=*/false)));
}

absl::StatusOr<std::vector<SubmissionResult>> ReadResults(const fs::path& directory) {
  const fs::path file = directory / "results.json";
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file, kResultsBytesMax));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("schema", Json()) != kResultsSchema) {
    return absl::InvalidArgumentError(absl::StrCat(file.string(), ": not a file of the schema ", kResultsSchema));
  }
  std::vector<SubmissionResult> results;
  try {
    for (const Json& entry : json.at("submissions")) {
      auto result = ReadSubmission(entry);
      if (!result.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(file.string(), ": ", result.status().message()));
      }
      results.push_back(*std::move(result));
    }
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(file.string(), ": ", error.what()));
  }
  for (SubmissionResult& result : results) {
    for (CheckResult& check : result.checks) {
      for (Finding& finding : check.findings) {
        auto kept = ReadFailure(directory / "details", finding.id);
        if (kept.ok()) finding = std::move(kept->finding);
      }
    }
  }
  return results;
}

absl::Status KeepFailure(const fs::path& directory, const KeptFailure& failure) {
  if (!IsSafeId(failure.finding.id)) return absl::InternalError(absl::StrCat("not an id: ", failure.finding.id));
  const fs::path file = directory / (failure.finding.id + ".json");
  RETURN_IF_ERROR(CreateDirectories(file.parent_path()));
  return WriteFileAtomically(file, JsonText({{"exercise", failure.exercise},
                                             {"submission", failure.submission_path},
                                             {"seed", failure.seed},
                                             {"finding", FindingToJson(failure.finding)}}));
}

absl::StatusOr<KeptFailure> ReadFailure(const fs::path& directory, const std::string& id) {
  if (!IsSafeId(id)) return absl::NotFoundError(absl::StrCat("no failure '", id, "'"));
  return ReadFailureFile(directory / (id + ".json"));
}

std::vector<KeptFailure> ReadFailures(const fs::path& directory) {
  std::vector<KeptFailure> failures;
  for (const fs::path& file : ListFiles(directory)) {
    if (file.extension() != ".json") continue;
    auto failure = ReadFailureFile(file);
    if (failure.ok()) failures.push_back(*std::move(failure));
  }
  return failures;
}

}  // namespace racecourse::grader
