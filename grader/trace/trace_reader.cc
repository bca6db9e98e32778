#include "grader/trace/trace_reader.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grader/system/status_macros.h"
#include "grader/trace/finding_record.h"
#include "grader/trace/record_fields.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

constexpr absl::string_view kVersion = "racecourse-trace-1";
constexpr std::size_t kScenariosMax = 4096;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

ScenarioStatus ReadScenarioStatus(RecordFields& fields) {
  const std::string status = fields.RequiredString("status");
  if (status == "passed") return ScenarioStatus::kPassed;
  if (status == "failed") return ScenarioStatus::kFailed;
  if (status == "inconclusive") return ScenarioStatus::kInconclusive;
  if (status != "error") fields.Refuse("status", "passed, failed, inconclusive or error");
  return ScenarioStatus::kError;
}

}  // namespace

TraceReader::TraceReader(ProgressListener on_progress, TraceLimits limits)
    : on_progress_(std::move(on_progress)), limits_(limits) {}

absl::Status TraceReader::Feed(absl::string_view bytes) {
  total_bytes_ += bytes.size();
  if (total_bytes_ > limits_.total_bytes_max) {
    return absl::DataLossError(absl::StrCat("the trace is longer than ", limits_.total_bytes_max, " bytes"));
  }
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    absl::StrAppend(&partial_line_, bytes.substr(0, end));
    if (partial_line_.size() > limits_.line_bytes_max) {
      return absl::DataLossError(
          absl::StrCat("trace line ", lines_ + 1, ": longer than ", limits_.line_bytes_max, " bytes"));
    }
    if (end == absl::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    ++lines_;
    RETURN_IF_ERROR(ReadLine(partial_line_));
    partial_line_.clear();
  }
  return absl::OkStatus();
}

Trace TraceReader::Finish() && { return std::move(trace_); }

absl::Status TraceReader::ReadLine(absl::string_view line) {
  const std::string place = absl::StrCat("trace line ", lines_);
  if (lines_ > limits_.records_max) {
    return absl::DataLossError(absl::StrCat(place, ": more than ", limits_.records_max, " records"));
  }
  const nlohmann::json record = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return absl::DataLossError(absl::StrCat(place, ": not a JSON object"));
  absl::Status status;
  RecordFields fields(record, place, status);
  const std::string type = fields.RequiredString("record");
  RETURN_IF_ERROR(status);
  if (!trace_.has_begun && type != "program") {
    return absl::DataLossError(
        absl::StrCat(place, ": a trace begins with its 'program' record, not with '", type, "'"));
  }
  if (trace_.is_complete) return absl::DataLossError(absl::StrCat(place, ": a record after 'program_end'"));
  return ReadRecord(type, record, absl::StrCat(place, ": ", type));
}

absl::Status TraceReader::ReadRecord(absl::string_view type, const nlohmann::json& record, const std::string& place) {
  absl::Status status;
  RecordFields fields(record, place, status);
  if (type == "program") {
    if (trace_.has_begun) return absl::DataLossError(absl::StrCat(place, ": a second 'program' record"));
    const std::string version = fields.String("trace");
    if (version != kVersion) {
      return absl::DataLossError(absl::StrCat(place, ": version '", version, "'; this grader reads ", kVersion));
    }
    trace_.program = fields.String("program");
    trace_.executor = fields.String("executor");
    trace_.has_begun = true;
  } else if (type == "scenario_begin") {
    if (trace_.scenarios.size() >= kScenariosMax) {
      return absl::DataLossError(absl::StrCat(place, ": more than ", kScenariosMax, " scenarios"));
    }
    ScenarioNamed(fields.RequiredString("scenario"));
  } else if (type == "progress") {
    const TraceProgress progress{
        .scenario = fields.RequiredString("scenario"),
        .executions = fields.Integer("executions", 0, kAny),
        .schedules = fields.Integer("schedules", 0, kAny),
    };
    if (status.ok() && on_progress_) on_progress_(progress);
  } else if (type == "finding") {
    TraceFinding finding = ReadFindingRecord(fields);
    if (status.ok()) trace_.findings.push_back(std::move(finding));
  } else if (type == "scenario_end") {
    TraceScenario& scenario = ScenarioNamed(fields.RequiredString("scenario"));
    scenario.status = ReadScenarioStatus(fields);
    scenario.executions = fields.RequiredInteger("executions", 0, kAny);
    scenario.strength = fields.String("strength");
    scenario.event_hash = fields.String("event_hash");
    scenario.schedules_per_second = fields.NonNegativeNumber("schedules_per_second");
    scenario.error = fields.String("error");
    scenario.wants_files_alone = fields.Boolean("wants_files_alone");
  } else if (type == "test") {
    TraceTest& test = trace_.tests.emplace_back();
    test.name = fields.RequiredString("test");
    const std::string outcome = fields.RequiredString("status");
    if (outcome != "passed" && outcome != "failed") fields.Refuse("status", "passed or failed");
    test.passed = outcome == "passed";
    test.message = fields.String("message");
  } else if (type == "itinerary") {
    TraceItinerary itinerary{.scenario = fields.RequiredString("scenario"), .itinerary = ReadItinerary(fields)};
    if (status.ok()) trace_.itineraries.push_back(std::move(itinerary));
  } else if (type == "witness") {
    TraceWitness witness = ReadWitnessRecord(fields);
    if (status.ok()) trace_.witnesses.push_back(std::move(witness));
  } else if (type == "program_end") {
    trace_.is_complete = true;
  }
  return status;
}

TraceScenario& TraceReader::ScenarioNamed(const std::string& name) {
  // The one that began last is nearly always the one meant.
  for (auto scenario = trace_.scenarios.rbegin(); scenario != trace_.scenarios.rend(); ++scenario) {
    if (scenario->name == name) return *scenario;
  }
  TraceScenario& scenario = trace_.scenarios.emplace_back();
  scenario.name = name;
  return scenario;
}

}  // namespace racecourse::grader
