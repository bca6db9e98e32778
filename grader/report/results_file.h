// results.json (schema racecourse-results-1) and the details beside it.
#ifndef RACECOURSE_GRADER_REPORT_RESULTS_FILE_H_
#define RACECOURSE_GRADER_REPORT_RESULTS_FILE_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grader/rubric/result.h"
#include "nlohmann/json_fwd.hpp"

namespace racecourse::grader {

inline constexpr char kResultsSchema[] = "racecourse-results-1";

// The whole document. With `has_details` every finding carries its steps, threads and consequence.
nlohmann::json ResultsToJson(const std::vector<SubmissionResult>& results, bool has_details);

// The text of a JSON document as we write it; student bytes that are not UTF-8 are replaced.
std::string JsonText(const nlohmann::json& json);

// Writes <directory>/results.json so that it is complete at any moment.
absl::Status WriteResults(const std::filesystem::path& directory, const std::vector<SubmissionResult>& results);

// Reads it back. A finding whose details were kept has them.
absl::StatusOr<std::vector<SubmissionResult>> ReadResults(const std::filesystem::path& directory);

// One finding and what it takes to see it again, kept as <directory>/<id>.json.
struct KeptFailure {
  std::string exercise;
  std::string submission_path;
  std::uint64_t seed = 1;
  Finding finding;
};
absl::Status KeepFailure(const std::filesystem::path& directory, const KeptFailure& failure);
absl::StatusOr<KeptFailure> ReadFailure(const std::filesystem::path& directory, const std::string& id);
// All that are kept below `directory`, in the order of their names.
std::vector<KeptFailure> ReadFailures(const std::filesystem::path& directory);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_RESULTS_FILE_H_
