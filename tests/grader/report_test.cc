// How this convinces: a report is for people, so its text is held by golden files that a person has read. After a
// wanted change, RACECOURSE_UPDATE_GOLDEN=1 writes them anew and the diff is reviewed.

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "grader/report/finding_json.h"
#include "grader/report/finding_report.h"
#include "grader/report/interleaving.h"
#include "grader/report/results_file.h"
#include "grader/report/score_table.h"
#include "grader/report/timeline.h"
#include "grader/system/file.h"
#include "grader/system/temporary_directory.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(RACECOURSE_SOURCE_DIR) / "tests/grader/golden" / name;
  if (std::getenv("RACECOURSE_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(WriteFileAtomically(file, text).ok());
  }
  EXPECT_EQ(text, ReadFile(file).value_or("there is no golden file")) << file;
}

Frame Student(int line, const std::string& source, const std::string& function = "Tally::add") {
  return {.origin = Origin::kStudent, .file = "tally.h", .line = line, .function = function, .source = source};
}

Frame OfTest(int line, const std::string& source) {
  return {.origin = Origin::kTest,
          .file = "tests/public_test.cc",
          .line = line,
          .function = "TallyTotals",
          .source = source};
}

StepRow Step(std::int64_t step, const std::string& thread, const std::string& operation, const std::string& value,
             std::optional<Frame> where, bool preempts = false) {
  return {.step = step,
          .thread = thread,
          .operation = operation,
          .object = "",
          .outcome = "",
          .value = value,
          .preempts = preempts,
          .where = std::move(where)};
}

const char kAdd[] = "void add(int n) { total_ = total_ + n; }";

std::vector<StepRow> LostUpdate() {
  StepRow create = Step(1, "main", "create", "", OfTest(40, "std::thread first([&] { tally->add(1); });"));
  create.object = "T1";
  StepRow join = Step(9, "main", "join", "", OfTest(42, "first.join();"));
  join.object = "T1";
  return {create,
          Step(2, "T1", "start", "", std::nullopt),
          Step(3, "T1", "read", "0", Student(14, kAdd)),
          Step(4, "T2", "start", "", std::nullopt, true),
          Step(5, "T2", "read", "0", Student(14, kAdd)),
          Step(6, "T2", "write", "1", Student(14, kAdd)),
          Step(7, "T2", "exit", "", std::nullopt),
          Step(8, "T1", "write", "1", Student(14, kAdd)),
          join};
}

Finding DataRace() {
  Finding finding;
  finding.kind = "data_race";
  finding.message =
      "T2 writes 8 bytes that T1 read, and nothing orders the two accesses: no lock that both hold, no join, "
      "no atomic that one sets and the other sees.";
  finding.test = "TallyTotals.CountsEveryAdd";
  finding.schedule = "rc1:0a3f";
  finding.execution = 14;
  finding.preemptions = 1;
  finding.object = "memory on the heap";
  finding.event_hash = "0123456789abcdef";
  finding.stacks = {
      {.role = "this write of 8 bytes",
       .thread = "T2",
       .step = 6,
       .value = "1",
       .frames = {Student(14, kAdd), OfTest(41, "std::thread second([&] { tally->add(1); });")}},
      {.role = "earlier read of 8 bytes", .thread = "T1", .step = 3, .value = "0", .frames = {Student(14, kAdd)}}};
  finding.threads = {{.name = "main", .created_by = "", .state = "blocked", .waits_for = "", .frames = {}}};
  finding.steps = LostUpdate();
  finding.consequence = Consequence{.kind = "assertion",
                                    .message = "tests/public_test.cc:44: total is 1, and not 2.",
                                    .schedule = "rc1:0b",
                                    .preemptions = 1,
                                    .stacks = {},
                                    .steps = LostUpdate()};
  finding.id = "whiteboard-tally/totals/1";
  return finding;
}

Finding Deadlock() {
  Finding finding;
  finding.kind = "deadlock";
  finding.message = "No thread can go on: T1 waits for T2 and T2 waits for T1.";
  finding.test = "Accounts.OppositeTransfers";
  finding.schedule = "rc1:22";
  finding.preemptions = 1;
  finding.threads = {{.name = "main", .created_by = "", .state = "blocked", .waits_for = "the end of T1", .frames = {}},
                     {.name = "T1",
                      .created_by = "main",
                      .state = "blocked",
                      .waits_for = "mutex#2, held by T2",
                      .frames = {{.origin = Origin::kStudent,
                                  .file = "accounts.h",
                                  .line = 21,
                                  .function = "Transfer",
                                  .source = "to.mutex.lock();"}}},
                     {.name = "T2",
                      .created_by = "main",
                      .state = "blocked",
                      .waits_for = "mutex#1, held by T1",
                      .frames = {{.origin = Origin::kStudent,
                                  .file = "accounts.h",
                                  .line = 21,
                                  .function = "Transfer",
                                  .source = "to.mutex.lock();"}}}};
  return finding;
}

TEST(FindingReport, ShowsADataRaceAndWhatItLeadsTo) {
  ExpectGolden("data_race.txt",
               FindingReport(DataRace(), "racecourse replay whiteboard-tally/totals/1", TerminalStyle()));
}

TEST(FindingReport, ShowsWhoWaitsForWhom) {
  ExpectGolden("deadlock.txt", FindingReport(Deadlock(), "racecourse replay accounts/opposite/1", TerminalStyle()));
}

TEST(FindingReport, FitsANarrowTerminal) {
  TerminalStyle narrow;
  narrow.width = 60;
  const std::string report = FindingReport(DataRace(), "", narrow);
  ExpectGolden("data_race_narrow.txt", report);
  std::size_t begin = 0;
  while (begin < report.size()) {
    const std::size_t end = report.find('\n', begin);
    EXPECT_LE(DisplayWidth(report.substr(begin, end - begin)), 60);
    begin = end + 1;
  }
}

TEST(FindingReport, UsesColorOnlyWhereItIsWanted) {
  TerminalStyle colored;
  colored.has_color = true;
  EXPECT_THAT(FindingReport(DataRace(), "", colored), HasSubstr("\033["));
  EXPECT_EQ(FindingReport(DataRace(), "", TerminalStyle()).find('\033'), std::string::npos);
}

SubmissionResult ExampleResult() {
  SubmissionResult result;
  result.id = "alice";
  result.exercise = "whiteboard-tally";
  result.score = 10;
  result.max_score = 45;
  result.status = SubmissionStatus::kFailed;
  CheckResult alone{.id = "tally-alone",
                    .sentence = "One thread counts right.",
                    .verdict = Verdict::kPass,
                    .points = 10,
                    .max_points = 10,
                    .strength = "all 412 schedules explored",
                    .executions = 412,
                    .wall_seconds = 0,
                    .findings = {},
                    .tests = {}};
  CheckResult totals{.id = "totals",
                     .sentence = "Several threads count right.",
                     .verdict = Verdict::kFail,
                     .points = 0,
                     .max_points = 20,
                     .strength = "",
                     .executions = 14,
                     .wall_seconds = 0,
                     .findings = {DataRace()},
                     .tests = {}};
  CheckResult reader{.id = "reader",
                     .sentence = "",
                     .verdict = Verdict::kSkipped,
                     .points = 0,
                     .max_points = 15,
                     .strength = "needs 'totals' to pass first",
                     .executions = 0,
                     .wall_seconds = 0,
                     .findings = {},
                     .tests = {}};
  result.checks = {alone, totals, reader};
  return result;
}

TEST(SubmissionReport, BeginsWithTheScoreAndEndsWithTheReplay) {
  ExpectGolden("submission.txt", SubmissionReport(ExampleResult(), " results", TerminalStyle()));
}

TEST(ClassTable, BucketsTheSameBug) {
  SubmissionResult bob = ExampleResult();
  bob.id = "bob";
  SubmissionResult carol;
  carol.id = "carol";
  carol.max_score = 45;
  carol.status = SubmissionStatus::kDoesNotCompile;
  ExpectGolden("class.txt", ClassTable({ExampleResult(), bob, carol}, TerminalStyle()));
}

TEST(Timeline, JoinsStepsOfOneLineAndMarksSwitches) {
  const auto timeline = MakeTimeline(LostUpdate());
  ASSERT_EQ(timeline.size(), 6u);
  EXPECT_THAT(timeline[0].actions, ElementsAre("create T1"));
  EXPECT_THAT(timeline[1].actions, ElementsAre("reads 0"));
  EXPECT_EQ(timeline[2].kind, TimelineEntry::Kind::kSwitch);
  EXPECT_EQ(timeline[2].thread, "T1");
  EXPECT_EQ(timeline[2].frame->line, 14);
  EXPECT_THAT(timeline[3].actions, ElementsAre("reads 0", "writes 1"));
  EXPECT_THAT(timeline[4].actions, ElementsAre("writes 1"));
}

TEST(Timeline, FoldsRepetitionsAndShowsTheLastOne) {
  std::vector<StepRow> steps;
  for (int i = 0; i < 10; ++i) {
    steps.push_back(Step(2 * i, "T1", "read", std::to_string(i), Student(5, "while (!ready_)")));
    steps.push_back(Step(2 * i + 1, "T1", "yield", "", Student(6, "yield();")));
  }
  const auto timeline = MakeTimeline(steps);
  ASSERT_EQ(timeline.size(), 3u);
  EXPECT_EQ(timeline[0].kind, TimelineEntry::Kind::kRepetition);
  EXPECT_EQ(timeline[0].count, 9);
  EXPECT_THAT(timeline[1].actions, ElementsAre("reads 9"));
}

TEST(Timeline, LeavesOutTheMiddleOfALongOne) {
  std::vector<StepRow> steps;
  for (int i = 0; i < 500; ++i) steps.push_back(Step(i, "T1", "read", "0", Student(i + 1, "x")));
  const auto timeline = MakeTimeline(steps, 20);
  ASSERT_EQ(timeline.size(), 21u);
  EXPECT_EQ(timeline[5].kind, TimelineEntry::Kind::kGap);
  EXPECT_EQ(timeline[5].count, 480);
  EXPECT_EQ(timeline.back().frame->line, 500);
}

TEST(Interleaving, GivesManyThreadsOneColumn) {
  std::vector<StepRow> steps;
  for (int i = 1; i <= 8; ++i) steps.push_back(Step(i, "T" + std::to_string(i), "read", "0", Student(i, "x")));
  const std::vector<std::string> table = InterleavingTable(steps, TerminalStyle());
  EXPECT_THAT(table, ::testing::Contains("T3  3 x"));
}

TEST(Interleaving, IsEmptyWithoutStudentLines) {
  EXPECT_TRUE(InterleavingTable({}, TerminalStyle()).empty());
  EXPECT_TRUE(InterleavingTable({Step(1, "T1", "read", "0", std::nullopt)}, TerminalStyle()).empty());
}

TEST(Terminal, CountsColumnsAndNotBytes) {
  EXPECT_EQ(DisplayWidth("── é"), 4);
  EXPECT_EQ(DisplayWidth("\033[31mred\033[0m"), 3);
  EXPECT_EQ(PadRight("é", 3), "é  ");
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
  EXPECT_EQ(WithThousands(-1234), "-1,234");
}

TEST(Terminal, WrapsBetweenWordsWhereItCan) {
  EXPECT_THAT(Wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(Wrap("ééééé", 2), ElementsAre("éé", "éé", "é"));
  EXPECT_THAT(Wrap("a\nb", 8), ElementsAre("a", "b"));
  EXPECT_THAT(Wrap("", 8), ElementsAre(""));
}

TEST(FindingJson, LosesNothing) {
  for (const Finding& finding : {DataRace(), Deadlock(), Finding()}) {
    const auto read = FindingFromJson(FindingToJson(finding));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, finding);
  }
}

TEST(FindingJson, HasTheKeysOfTheSchema) {
  const nlohmann::json json = FindingSummaryToJson(DataRace());
  EXPECT_EQ(json["kind"], "data_race");
  EXPECT_EQ(json["schedule"], "rc1:0a3f");
  EXPECT_EQ(json["preemptions"], 1);
  EXPECT_EQ(json["canonical"], CanonicalHash(DataRace()));
  ASSERT_EQ(json["frames"].size(), 3u);
  EXPECT_EQ(json["frames"][0],
            nlohmann::json({{"thread", "T2"}, {"file", "tally.h"}, {"line", 14}, {"function", "Tally::add"}}));
}

TEST(ResultsFile, IsReadBackWithItsDetails) {
  const auto directory = TemporaryDirectory::Create("results-test");
  ASSERT_TRUE(directory.ok());
  SubmissionResult result = ExampleResult();
  result.checks[1].findings[0].id = "alice/totals/1";
  ASSERT_TRUE(WriteResults(directory->path(), {result}).ok());
  ASSERT_TRUE(KeepFailure(directory->path() / "details", {.exercise = "whiteboard-tally",
                                                          .submission_path = "/s/alice",
                                                          .seed = 7,
                                                          .finding = result.checks[1].findings[0]})
                  .ok());
  const auto results = ReadResults(directory->path());
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 1u);
  EXPECT_EQ((*results)[0].score, 10);
  EXPECT_EQ((*results)[0].status, SubmissionStatus::kFailed);
  EXPECT_EQ((*results)[0].checks[0].strength, "all 412 schedules explored");
  EXPECT_EQ((*results)[0].checks[1].findings[0], result.checks[1].findings[0]);
  EXPECT_EQ(ReadFailure(directory->path() / "details", "alice/totals/1")->seed, 7u);
  EXPECT_FALSE(ReadFailure(directory->path() / "details", "../results").ok());
}

TEST(ResultsFile, RefusesWhatItDidNotWrite) {
  const auto directory = TemporaryDirectory::Create("results-test");
  for (const std::string text : {"", "[]", "{}", R"({"schema":"other"})", R"({"schema":"racecourse-results-1"})",
                                 R"({"schema":"racecourse-results-1","submissions":[{"id":7}]})"}) {
    ASSERT_TRUE(WriteFileAtomically(directory->path() / "results.json", text).ok());
    EXPECT_THAT(std::string(ReadResults(directory->path()).status().message()), HasSubstr("results.json: ")) << text;
  }
  EXPECT_TRUE(absl::IsNotFound(ReadResults("/no/such/folder").status()));
}

}  // namespace
}  // namespace racecourse::grader
