#ifndef RACECOURSE_GRADER_REPORT_FINDING_JSON_H_
#define RACECOURSE_GRADER_REPORT_FINDING_JSON_H_

#include "absl/status/statusor.h"
#include "grader/rubric/evidence.h"
#include "grader/rubric/finding.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {

// A finding as in results.json: the keys of the schema (kind, message, canonical, schedule, preemptions, frames), then
// all the rest, so that nothing is lost: FindingFromJson(FindingToJson(f)) == f.
nlohmann::json FindingToJson(const Finding& finding);

// The same without what is long (steps, threads, consequence): for results.json when details are kept elsewhere.
nlohmann::json FindingSummaryToJson(const Finding& finding);

absl::StatusOr<Finding> FindingFromJson(const nlohmann::json& json);

// {"asked", "followed", "why_not", "disagreements": [{"executor", "test", "kind", "reason", "executions", "stacks"}]}
nlohmann::json SampleToJson(const PassingSample& sample);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_FINDING_JSON_H_
