#include "grader/report/finding_json.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace racecourse::grader {
namespace {

using Json = nlohmann::json;

Json ToJson(const Frame& frame) {
  return {{"file", frame.file},
          {"line", frame.line},
          {"function", frame.function},
          {"source", frame.source},
          {"origin", frame.origin == Origin::kStudent ? "student" : "test"}};
}

Json ToJson(const std::vector<Frame>& frames) {
  Json list = Json::array();
  for (const Frame& frame : frames) list.push_back(ToJson(frame));
  return list;
}

Json ToJson(const std::vector<Stack>& stacks) {
  Json list = Json::array();
  for (const Stack& stack : stacks) {
    list.push_back({{"role", stack.role},
                    {"thread", stack.thread},
                    {"step", stack.step},
                    {"value", stack.value},
                    {"frames", ToJson(stack.frames)}});
  }
  return list;
}

Json ToJson(const std::vector<ThreadState>& threads) {
  Json list = Json::array();
  for (const ThreadState& thread : threads) {
    list.push_back({{"name", thread.name},
                    {"created_by", thread.created_by},
                    {"state", thread.state},
                    {"waits_for", thread.waits_for},
                    {"frames", ToJson(thread.frames)}});
  }
  return list;
}

Json ToJson(const std::vector<StepRow>& steps) {
  Json list = Json::array();
  for (const StepRow& step : steps) {
    list.push_back({{"step", step.step},
                    {"thread", step.thread},
                    {"operation", step.operation},
                    {"object", step.object},
                    {"outcome", step.outcome},
                    {"value", step.value},
                    {"preempts", step.preempts},
                    {"where", step.where ? ToJson(*step.where) : Json(nullptr)}});
  }
  return list;
}

const char* VerdictName(Witness::Verdict verdict) {
  switch (verdict) {
    case Witness::Verdict::kConfirms:
      return "confirms";
    case Witness::Verdict::kDiffers:
      return "differs";
    case Witness::Verdict::kSilent:
      return "silent";
    case Witness::Verdict::kAbsent:
      return "absent";
  }
  return "absent";
}

Json ConfirmedBy(const std::vector<Witness>& witnesses) {
  Json list = Json::array();
  for (const Witness& witness : witnesses) {
    if (witness.verdict == Witness::Verdict::kConfirms) list.push_back(witness.executor);
  }
  return list;
}

Json ToJson(const std::vector<Witness>& witnesses) {
  Json list = Json::array();
  for (const Witness& witness : witnesses) {
    list.push_back({{"executor", witness.executor},
                    {"verdict", VerdictName(witness.verdict)},
                    {"message", witness.message},
                    {"stacks", ToJson(witness.stacks)},
                    {"plain_runs", witness.plain_runs},
                    {"plain_reports", witness.plain_reports}});
  }
  return list;
}

// The schema's flat list: every stack's frames, each with its thread.
Json FlatFrames(const std::vector<Stack>& stacks) {
  Json list = Json::array();
  for (const Stack& stack : stacks) {
    for (const Frame& frame : stack.frames) {
      list.push_back(
          {{"thread", stack.thread}, {"file", frame.file}, {"line", frame.line}, {"function", frame.function}});
    }
  }
  return list;
}

// Reading is lenient about what is missing and strict about types: nlohmann's own exceptions say what is wrong.
Frame ReadFrame(const Json& json) {
  return {.origin = json.at("origin").get<std::string>() == "student" ? Origin::kStudent : Origin::kTest,
          .file = json.at("file").get<std::string>(),
          .line = json.at("line").get<int>(),
          .function = json.at("function").get<std::string>(),
          .source = json.at("source").get<std::string>()};
}

std::vector<Frame> ReadFrames(const Json& json) {
  std::vector<Frame> frames;
  for (const Json& frame : json.at("frames")) frames.push_back(ReadFrame(frame));
  return frames;
}

std::vector<Stack> ReadStacks(const Json& json) {
  std::vector<Stack> stacks;
  for (const Json& stack : json.at("stacks")) {
    stacks.push_back({.role = stack.at("role").get<std::string>(),
                      .thread = stack.at("thread").get<std::string>(),
                      .step = stack.at("step").get<std::int64_t>(),
                      .value = stack.at("value").get<std::string>(),
                      .frames = ReadFrames(stack),
                      .code = ""});
  }
  return stacks;
}

Witness::Verdict ReadVerdict(const Json& json) {
  const std::string name = json.get<std::string>();
  for (const auto verdict : {Witness::Verdict::kConfirms, Witness::Verdict::kDiffers, Witness::Verdict::kSilent}) {
    if (name == VerdictName(verdict)) return verdict;
  }
  return Witness::Verdict::kAbsent;
}

std::vector<Witness> ReadWitnesses(const Json& json) {
  std::vector<Witness> witnesses;
  if (!json.contains("witnesses")) return witnesses;
  for (const Json& witness : json.at("witnesses")) {
    witnesses.push_back({.executor = witness.at("executor").get<std::string>(),
                         .verdict = ReadVerdict(witness.at("verdict")),
                         .message = witness.at("message").get<std::string>(),
                         .stacks = ReadStacks(witness),
                         .plain_runs = witness.at("plain_runs").get<int>(),
                         .plain_reports = witness.at("plain_reports").get<int>()});
  }
  return witnesses;
}

std::vector<StepRow> ReadSteps(const Json& json) {
  std::vector<StepRow> steps;
  if (!json.contains("steps")) return steps;
  for (const Json& step : json.at("steps")) {
    const Json& where = step.at("where");
    steps.push_back({.step = step.at("step").get<std::int64_t>(),
                     .thread = step.at("thread").get<std::string>(),
                     .operation = step.at("operation").get<std::string>(),
                     .object = step.at("object").get<std::string>(),
                     .outcome = step.at("outcome").get<std::string>(),
                     .value = step.at("value").get<std::string>(),
                     .preempts = step.at("preempts").get<bool>(),
                     .where = where.is_null() ? std::nullopt : std::optional<Frame>(ReadFrame(where))});
  }
  return steps;
}

std::vector<ThreadState> ReadThreads(const Json& json) {
  std::vector<ThreadState> threads;
  if (!json.contains("threads")) return threads;
  for (const Json& thread : json.at("threads")) {
    threads.push_back({.name = thread.at("name").get<std::string>(),
                       .created_by = thread.at("created_by").get<std::string>(),
                       .state = thread.at("state").get<std::string>(),
                       .waits_for = thread.at("waits_for").get<std::string>(),
                       .frames = ReadFrames(thread)});
  }
  return threads;
}

}  // namespace

Json FindingSummaryToJson(const Finding& finding) {
  Json json = {{"kind", finding.kind},
               {"message", finding.message},
               {"canonical", CanonicalHash(finding)},
               {"schedule", finding.schedule},
               {"preemptions", finding.preemptions},
               {"frames", FlatFrames(finding.stacks)},
               {"id", finding.id},
               {"test", finding.test},
               {"object", finding.object},
               {"execution", finding.execution},
               {"event_hash", finding.event_hash},
               {"confirmed_by", ConfirmedBy(finding.witnesses)},
               {"witnesses", ToJson(finding.witnesses)},
               {"stacks", ToJson(finding.stacks)}};
  if (!finding.detector.empty()) json["detector"] = finding.detector;
  return json;
}

Json FindingToJson(const Finding& finding) {
  Json json = FindingSummaryToJson(finding);
  json["threads"] = ToJson(finding.threads);
  json["steps"] = ToJson(finding.steps);
  json["consequence"] = nullptr;
  if (finding.consequence) {
    json["consequence"] = {{"kind", finding.consequence->kind},
                           {"message", finding.consequence->message},
                           {"schedule", finding.consequence->schedule},
                           {"preemptions", finding.consequence->preemptions},
                           {"stacks", ToJson(finding.consequence->stacks)},
                           {"steps", ToJson(finding.consequence->steps)}};
  }
  return json;
}

absl::StatusOr<Finding> FindingFromJson(const Json& json) {
  try {
    Finding finding;
    finding.kind = json.at("kind").get<std::string>();
    finding.detector = json.value("detector", "");
    finding.message = json.at("message").get<std::string>();
    finding.schedule = json.at("schedule").get<std::string>();
    finding.preemptions = json.at("preemptions").get<int>();
    finding.id = json.at("id").get<std::string>();
    finding.test = json.at("test").get<std::string>();
    finding.object = json.at("object").get<std::string>();
    finding.execution = json.at("execution").get<std::int64_t>();
    finding.event_hash = json.at("event_hash").get<std::string>();
    finding.stacks = ReadStacks(json);
    finding.witnesses = ReadWitnesses(json);
    finding.threads = ReadThreads(json);
    finding.steps = ReadSteps(json);
    if (json.contains("consequence") && !json.at("consequence").is_null()) {
      const Json& consequence = json.at("consequence");
      finding.consequence = Consequence{.kind = consequence.at("kind").get<std::string>(),
                                        .message = consequence.at("message").get<std::string>(),
                                        .schedule = consequence.at("schedule").get<std::string>(),
                                        .preemptions = consequence.at("preemptions").get<int>(),
                                        .stacks = ReadStacks(consequence),
                                        .steps = ReadSteps(consequence)};
    }
    return finding;
  } catch (const Json::exception& error) {
    return absl::DataLossError(absl::StrCat("a finding that makes no sense: ", error.what()));
  }
}

nlohmann::json SampleToJson(const PassingSample& sample) {
  Json disagreements = Json::array();
  for (const Disagreement& one : sample.disagreements) {
    disagreements.push_back({{"executor", one.executor},
                             {"test", one.test},
                             {"kind", one.kind},
                             {"reason", one.reason},
                             {"executions", one.executions},
                             {"stacks", ToJson(one.stacks)}});
  }
  return {{"asked", sample.asked},
          {"followed", sample.followed},
          {"unwatched", sample.unwatched},
          {"why_not", sample.why_not},
          {"disagreements", std::move(disagreements)}};
}

}  // namespace racecourse::grader
