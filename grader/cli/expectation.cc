#include "grader/cli/expectation.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "grader/catalog/nearest_name.h"
#include "grader/trace/finding_kind.h"

namespace racecourse::grader {
namespace {

constexpr char kForm[] = "the first line must be `// expect: KIND[|KIND…] check=ID[,ID…]`";

}  // namespace

absl::StatusOr<Expectation> ParseExpectation(absl::string_view line, const Exercise& exercise) {
  Expectation expectation;
  line = absl::StripAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&line, "//")) return absl::InvalidArgumentError(kForm);
  line = absl::StripLeadingAsciiWhitespace(line);
  if (absl::ConsumePrefix(&line, "waiting:")) {
    const std::size_t end = line.find(';');
    if (end == absl::string_view::npos) return absl::InvalidArgumentError(kForm);
    expectation.waits_for = std::string(absl::StripAsciiWhitespace(line.substr(0, end)));
    line = absl::StripLeadingAsciiWhitespace(line.substr(end + 1));
  }
  if (!absl::ConsumePrefix(&line, "expect:")) return absl::InvalidArgumentError(kForm);
  for (absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&word, "check=")) {
      expectation.checks = absl::StrSplit(word, ',', absl::SkipEmpty());
    } else if (expectation.kinds.empty()) {
      expectation.kinds = absl::StrSplit(word, '|', absl::SkipEmpty());
    } else {
      return absl::InvalidArgumentError(absl::StrCat("'", word, "': ", kForm));
    }
  }
  if (expectation.kinds.empty()) return absl::InvalidArgumentError(kForm);
  for (const std::string& kind : expectation.kinds) {
    if (!IsFindingKind(kind)) return absl::InvalidArgumentError(absl::StrCat("unknown kind of finding '", kind, "'"));
  }
  std::vector<std::string> ids;
  for (const Check& check : exercise.checks) ids.push_back(check.id);
  for (const std::string& id : expectation.checks) {
    if (std::ranges::count(ids, id) == 0) {
      return absl::InvalidArgumentError(absl::StrCat("unknown check '", id, "'", DidYouMean(id, ids)));
    }
  }
  return expectation;
}

std::string DifferenceFrom(const Expectation& expectation, const SubmissionResult& result) {
  if (result.status != SubmissionStatus::kFailed) {
    return absl::StrCat("nothing was found: ", SubmissionStatusName(result.status),
                        result.message.empty() ? "" : absl::StrCat("\n", result.message));
  }
  for (const std::string& id : expectation.checks) {
    const auto check = std::ranges::find(result.checks, id, &CheckResult::id);
    if (check == result.checks.end()) return absl::StrCat("check '", id, "' was not run (no hidden tests?)");
    if (check->verdict != Verdict::kFail) {
      return absl::StrCat("check '", id, "': ", VerdictName(check->verdict), " instead of fail");
    }
  }
  for (const CheckResult& check : result.checks) {
    if (check.verdict != Verdict::kFail) continue;
    if (!expectation.checks.empty() && std::ranges::count(expectation.checks, check.id) == 0) {
      const std::string kind = check.findings.empty() ? "failure" : check.findings.front().kind;
      return absl::StrCat("check '", check.id, "' fails too (", kind, ")");
    }
    for (const Finding& finding : check.findings) {
      if (std::ranges::count(expectation.kinds, finding.kind) == 0) {
        return absl::StrCat("check '", check.id, "': ", finding.kind, " instead of ",
                            absl::StrJoin(expectation.kinds, " or "));
      }
    }
  }
  return "";
}

}  // namespace racecourse::grader
