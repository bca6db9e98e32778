// How this convinces: every field of the trace is read once with a right value; then one record after another is made
// wrong in one place, and the error must name the line and the field. Hostile input must neither crash nor be believed.

#include "grader/trace/trace_reader.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kProgram[] = R"({"record":"program","trace":"racecourse-trace-1","program":"demo"})"
                            "\n";
constexpr char kFinding[] =
    R"({"record":"finding","scenario":"Tally.Totals","kind":"data_race","message":"T2 writes.","schedule":"rc1:0a",)"
    R"("execution":14,"executions_after":0,"preemptions":1,"confirmed":true,"event_hash":"0123456789abcdef",)"
    R"("object":{"name":"heap block of 4 bytes","address":"0x10","symbol_address":"0x0"},)"
    R"("stacks":[{"role":"this write","thread":2,"step":9,"value":"1","frames":["0x401234","0x4015f0"]}],)"
    R"("threads":[{"id":1,"name":"T1","created_by":0,"created_at_step":1,"state":"blocked","waits_for":"mutex#1","frames":["0x2"]}],)"
    R"("steps":[{"step":1,"thread":0,"operation":"create","object":"T1","outcome":"ok","value":"7","preempts":true,"frames":["0x3"]}],)"
    R"("consequence":{"kind":"assertion","message":"2 is not 1","schedule":"rc1:0b","preemptions":2,"steps":[],"stacks":[]}})"
    "\n";

absl::StatusOr<Trace> Read(std::string_view text, TraceLimits limits = {}) {
  TraceReader reader(nullptr, limits);
  const absl::Status status = reader.Feed({text.data(), text.size()});
  if (!status.ok()) return status;
  return std::move(reader).Finish();
}

std::string ErrorOf(const std::string& text, TraceLimits limits = {}) {
  return std::string(Read(text, limits).status().message());
}

std::string With(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

TEST(TraceReader, ReadsEveryFieldOfAFinding) {
  const auto trace = Read(std::string(kProgram) + kFinding);
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->findings.size(), 1u);
  const TraceFinding& finding = trace->findings[0];
  EXPECT_EQ(finding.scenario, "Tally.Totals");
  EXPECT_EQ(finding.kind, "data_race");
  EXPECT_EQ(finding.schedule, "rc1:0a");
  EXPECT_EQ(finding.execution, 14);
  EXPECT_EQ(finding.preemptions, 1);
  EXPECT_TRUE(finding.confirmed);
  EXPECT_EQ(finding.object->name, "heap block of 4 bytes");
  EXPECT_EQ(finding.object->address, 0x10u);
  ASSERT_EQ(finding.stacks.size(), 1u);
  EXPECT_EQ(finding.stacks[0].thread, 2);
  EXPECT_EQ(finding.stacks[0].value, "1");
  EXPECT_THAT(finding.stacks[0].frames, ElementsAre(0x401234, 0x4015f0));
  ASSERT_EQ(finding.threads.size(), 1u);
  EXPECT_EQ(finding.threads[0].created_by, 0);
  EXPECT_EQ(finding.threads[0].waits_for, "mutex#1");
  ASSERT_EQ(finding.steps.size(), 1u);
  EXPECT_TRUE(finding.steps[0].preempts);
  EXPECT_EQ(finding.steps[0].outcome, "ok");
  EXPECT_EQ(finding.consequence->message, "2 is not 1");
  EXPECT_EQ(finding.consequence->preemptions, 2);
}

TEST(TraceReader, ReadsAWholeRun) {
  const auto trace = Read(
      std::string(kProgram) +
      R"({"record":"scenario_begin","scenario":"A.B","file":"f.cc","line":12,"schedules":2000,"seed":1})"
      "\n"
      R"({"record":"scenario_end","scenario":"A.B","status":"passed","executions":412,"strength":"all 412 schedules explored",)"
      R"("event_hash":"00","schedules_per_second":1234.5,"error":""})"
      "\n"
      R"({"record":"test","test":"A.B","status":"passed","message":""})"
      "\n"
      R"({"record":"test","test":"A.C","status":"failed","message":"no"})"
      "\n"
      R"({"record":"program_end","tests":2,"failed":1})"
      "\n");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_TRUE(trace->is_complete);
  ASSERT_EQ(trace->scenarios.size(), 1u);
  EXPECT_EQ(trace->scenarios[0].status, ScenarioStatus::kPassed);
  EXPECT_EQ(trace->scenarios[0].executions, 412);
  EXPECT_EQ(trace->scenarios[0].strength, "all 412 schedules explored");
  ASSERT_EQ(trace->tests.size(), 2u);
  EXPECT_FALSE(trace->tests[1].passed);
}

TEST(TraceReader, GivesTheSameTraceHoweverTheBytesAreCut) {
  const std::string text = std::string(kProgram) + kFinding +
                           R"({"record":"program_end"})"
                           "\n";
  for (std::size_t size : {1, 2, 3, 7, 64, 1000}) {
    TraceReader reader;
    for (std::size_t at = 0; at < text.size(); at += size) {
      ASSERT_TRUE(reader.Feed(text.substr(at, size)).ok());
    }
    const Trace trace = std::move(reader).Finish();
    EXPECT_TRUE(trace.is_complete);
    EXPECT_EQ(trace.findings.size(), 1u);
  }
}

TEST(TraceReader, ReportsProgressAsItComes) {
  std::vector<std::int64_t> executions;
  TraceReader reader([&](const TraceProgress& progress) { executions.push_back(progress.executions); });
  ASSERT_TRUE(reader.Feed(kProgram).ok());
  ASSERT_TRUE(reader
                  .Feed(R"({"record":"progress","scenario":"A.B","executions":500,"schedules":2000})"
                        "\n")
                  .ok());
  EXPECT_THAT(executions, ElementsAre(500));
}

TEST(TraceReader, PassesOverRecordsAndKeysThatItDoesNotKnow) {
  const auto trace = Read(std::string(kProgram) +
                          R"({"record":"of the future","x":[1,2]})"
                          "\n" +
                          With(kFinding, R"("execution":14)", R"("execution":14,"color":{"a":[]})"));
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->findings.size(), 1u);
}

TEST(TraceReader, KeepsWhatCameBeforeATruncatedLine) {
  const std::string text = std::string(kProgram) + kFinding;
  const auto trace = Read(text.substr(0, text.size() - 20));
  ASSERT_TRUE(trace.ok());
  EXPECT_TRUE(trace->has_begun);
  EXPECT_TRUE(trace->findings.empty());
  EXPECT_FALSE(trace->is_complete);
}

TEST(TraceReader, RefusesAnotherVersion) {
  EXPECT_THAT(ErrorOf(R"({"record":"program","trace":"racecourse-trace-2"})"
                      "\n"),
              HasSubstr("trace line 1: program: version 'racecourse-trace-2'"));
}

TEST(TraceReader, RefusesRecordsOutOfOrder) {
  EXPECT_THAT(ErrorOf(kFinding), HasSubstr("trace line 1: a trace begins with its 'program' record"));
  EXPECT_THAT(ErrorOf(std::string(kProgram) + kProgram), HasSubstr("trace line 2: program: a second 'program' record"));
  EXPECT_THAT(ErrorOf(std::string(kProgram) + "{\"record\":\"program_end\"}\n" + kFinding),
              HasSubstr("trace line 3: a record after 'program_end'"));
}

struct Damage {
  std::string from;
  std::string to;
  std::string complaint;
};

class DamagedFinding : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedFinding, IsRefusedWithItsLineAndField) {
  const std::string error = ErrorOf(std::string(kProgram) + With(kFinding, GetParam().from, GetParam().to));
  EXPECT_THAT(error, HasSubstr("trace line 2: finding"));
  EXPECT_THAT(error, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    TraceReader, DamagedFinding,
    ::testing::Values(
        Damage{R"("scenario":"Tally.Totals",)", "", "'scenario' must be"},
        Damage{R"("kind":"data_race")", R"("kind":"bad_luck")", "'kind' must be a kind of finding"},
        Damage{R"("kind":"data_race")", R"("kind":7)", "'kind' must be a string"},
        Damage{R"("message":"T2 writes.")", R"("message":["T2"])", "'message' must be a string"},
        Damage{R"("schedule":"rc1:0a")", R"("schedule":"rc1:0a;rm -rf")", "'schedule' must be printable"},
        Damage{R"("schedule":"rc1:0a")", R"x("schedule":"$(reboot)")x", "'schedule' must be printable"},
        Damage{R"("execution":14)", R"("execution":-1)", "'execution' must be an integer"},
        Damage{R"("execution":14)", R"("execution":1e99)", "'execution' must be an integer"},
        Damage{R"("execution":14)", R"("execution":18446744073709551615)", "'execution' must be an integer"},
        Damage{R"("confirmed":true)", R"("confirmed":"yes")", "'confirmed' must be true or false"},
        Damage{R"("object":{)", R"("object":[],"x":{)", "'object' must be an object"},
        Damage{R"("address":"0x10")", R"("address":16)", "'address' must be an address"},
        Damage{R"("thread":2)", R"("thread":70000)", "'thread' must be an integer from 0 to 65535"},
        Damage{R"("frames":["0x401234","0x4015f0"])", R"("frames":["401234"])", "'frames' must be a list of addresses"},
        Damage{R"("frames":["0x401234","0x4015f0"])", R"("frames":["0x12345678901234567"])", "'frames'"},
        Damage{R"("frames":["0x401234","0x4015f0"])", R"("frames":"0x1")", "'frames'"},
        Damage{R"("threads":[{)", R"("threads":[7,{)", "'threads' must be a list of objects"},
        Damage{R"("steps":[{"step":1)", R"("steps":[{"step":"1")", "'step' must be an integer"},
        Damage{R"("consequence":{"kind":"assertion")", R"("consequence":{"kind":"")", "'kind' must be"}));

TEST(TraceReader, RefusesWhatIsNoJsonObject) {
  for (const char* line : {"", "[]", "7", "{", R"("record")", R"({"record":7})", "\xff\xfe",
                           "{\"record\":\"\xff"
                           "\"}"}) {
    EXPECT_THAT(ErrorOf(std::string(kProgram) + line + "\n"), HasSubstr("trace line 2")) << line;
  }
}

TEST(TraceReader, SurvivesDeepNesting) {
  const std::string deep(200'000, '[');
  EXPECT_THAT(ErrorOf(std::string(kProgram) + "{\"record\":\"test\",\"x\":" + deep + "\n"), HasSubstr("trace line 2"));
  const std::string closed = deep + std::string(200'000, ']');
  EXPECT_THAT(ErrorOf(std::string(kProgram) + "{\"record\":\"test\",\"x\":" + closed + "}\n"),
              HasSubstr("'test' must be"));
}

TEST(TraceReader, EnforcesItsLimits) {
  EXPECT_THAT(ErrorOf(std::string(kProgram) + std::string(5000, 'x'), {.line_bytes_max = 1000}),
              HasSubstr("trace line 2: longer than 1000 bytes"));
  EXPECT_THAT(ErrorOf(std::string(kProgram) + kFinding, {.total_bytes_max = 100}), HasSubstr("longer than 100 bytes"));
  EXPECT_THAT(ErrorOf(std::string(kProgram) + "{\"record\":\"x\"}\n{\"record\":\"x\"}\n", {.records_max = 2}),
              HasSubstr("more than 2 records"));
  std::string frames = R"("0x1")";
  for (int i = 0; i < 2000; ++i) frames += R"(,"0x1")";
  EXPECT_THAT(ErrorOf(std::string(kProgram) + With(kFinding, R"("0x401234","0x4015f0")", frames)),
              HasSubstr("'frames' must be a list of at most 1024"));
}

TEST(TraceReader, TakesTheSharpnessOutOfControlCharacters) {
  const auto trace = Read(std::string(kProgram) + With(kFinding, "T2 writes.", R"(a\u001b[2Jb\u0007c\u009bd\ne)"));
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(trace->findings[0].message, "a?[2Jb?c?d\ne");
}

TEST(TraceReader, RefusesAnUnknownScenarioStatusAndNegativeSpeed) {
  const std::string begin = std::string(kProgram) + R"({"record":"scenario_end","scenario":"A.B","executions":1,)";
  EXPECT_THAT(ErrorOf(begin + R"("status":"great"})"
                              "\n"),
              HasSubstr("'status' must be passed, failed"));
  EXPECT_THAT(ErrorOf(begin + R"("status":"passed","schedules_per_second":-1})"
                              "\n"),
              HasSubstr("'schedules_per_second'"));
}

}  // namespace
}  // namespace racecourse::grader
