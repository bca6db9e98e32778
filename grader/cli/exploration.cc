#include "grader/cli/exploration.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "grader/report/terminal.h"
#include "grader/system/sha256.h"

namespace racecourse::grader {

absl::StatusOr<ExplorationResult> MergeExplorations(const std::vector<Evidence>& parts) {
  ExplorationResult result;
  std::set<std::string> shapes;
  bool any_failed = false;
  bool any_inconclusive = false;
  Fingerprint hashes;
  for (const Evidence& part : parts) {
    if (!part.our_failure.empty()) return absl::InternalError(part.our_failure);
    if (part.tests.empty() && part.findings.empty() && !part.ran_out_of_time) {
      return absl::InternalError("the program ended before it was explored; was it built with `racecourse c++`?");
    }
    any_inconclusive = any_inconclusive || part.ran_out_of_time;
    if (result.reason.empty()) result.reason = part.where_time_ran_out;
    for (const TestEvidence& test : part.tests) {
      result.executions += test.executions;
      result.schedules_per_second += test.schedules_per_second;
      any_failed = any_failed || test.status == TestStatus::kFailed;
      if (result.strength.empty()) result.strength = test.strength;
      if (result.event_hash.empty()) result.event_hash = test.event_hash;
      hashes.Add(test.event_hash);
    }
    for (const Finding& finding : part.findings) {
      if (shapes.insert(CanonicalHash(finding)).second) result.findings.push_back(finding);
    }
  }
  if (!parts.empty()) result.sample = parts.front().sample;
  if (parts.size() > 1) {
    result.event_hash = hashes.Hex().substr(0, 16);
    // A proof by one explorer holds for all; a count is only that explorer's share.
    if (!result.strength.empty() && result.strength.find("all ") != 0) {
      result.strength = absl::StrCat(WithThousands(result.executions), " schedules from ", parts.size(),
                                     " seeds; each: ", result.strength);
    }
  }
  any_failed = any_failed || !result.findings.empty();
  if (any_failed || !any_inconclusive) result.reason.clear();
  result.status = any_failed ? "failed" : any_inconclusive ? "inconclusive" : "passed";
  return result;
}

}  // namespace racecourse::grader
