// `racecourse observe processes`. Convinces by holding what the kernel of this machine says to what must be so on every
// Linux (counts and contents, never times), and the tables and the chart to a given observation.

#include "grader/report/observation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "grader/system/file.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"

namespace racecourse::grader {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

ProcessResult Observe(std::vector<std::string> options) {
  Command command;
  command.arguments = {GRADER_PROGRAM, "observe"};
  command.arguments.insert(command.arguments.end(), options.begin(), options.end());
  auto result = RunProcess(command);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : ProcessResult();
}

class Observation : public ::testing::Test {
 protected:
  static const Json& Seen() {
    static const Json seen = Json::parse(Observe({"processes", "--seconds", "0", "--json"}).output, nullptr, false);
    return seen;
  }
};

TEST_F(Observation, SameAddressOtherContents) {
  const Json& process = Seen().at("memory").at("process");
  EXPECT_EQ(process.at("child_after").at("address"), process.at("after").at("address"));
  EXPECT_EQ(process.at("child_before").at("value"), process.at("before").at("value"));
  EXPECT_EQ(process.at("child_after").at("value"), 2);
  EXPECT_EQ(process.at("after").at("value"), 1);
  // Only root is told which page is behind an address.
  if (process.at("before").at("frame") != 0) {
    EXPECT_EQ(process.at("child_before").at("frame"), process.at("before").at("frame"));
    EXPECT_NE(process.at("child_after").at("frame"), process.at("after").at("frame"));
  }
}

TEST_F(Observation, ThreadsAndSharedMappingsHaveOneContent) {
  const Json& memory = Seen().at("memory");
  EXPECT_EQ(memory.at("thread").at("after").at("value"), 3);
  EXPECT_EQ(memory.at("shared").at("after").at("value"), 4);
  EXPECT_EQ(memory.at("shared").at("after").at("address"), memory.at("shared").at("child_after").at("address"));
}

TEST_F(Observation, CopiesWhatIsWrittenAndNoMore) {
  const Json& seen = Seen().at("copy_on_write");
  const long kb = seen.at("page_bytes").get<long>() / 1024;
  const long all = seen.at("pages").get<long>() * kb;
  const long written = seen.at("pages_written").get<long>() * kb;
  EXPECT_EQ(seen.at("child_before").at("shared_kb"), all);
  EXPECT_EQ(seen.at("child_before").at("private_kb"), 0);
  EXPECT_EQ(seen.at("child_after").at("shared_kb"), all - written);
  EXPECT_EQ(seen.at("child_after").at("private_kb"), written);
  EXPECT_GE(seen.at("write_faults").get<long>(), seen.at("pages_written").get<long>());
  EXPECT_EQ(seen.at("parent_after").at("private_kb"), all);
}

TEST_F(Observation, CopiedDescriptorsLeadToOneOpenFile) {
  const Json& seen = Seen().at("descriptors");
  EXPECT_EQ(seen.at("copied").at("child_offset"), 10);
  EXPECT_EQ(seen.at("copied").at("parent_offset"), 10);
  EXPECT_EQ(seen.at("opened_again").at("child_offset"), 10);
  EXPECT_EQ(seen.at("opened_again").at("parent_offset"), 0);
  EXPECT_EQ(seen.at("opened_again").at("link_in_child"), seen.at("opened_again").at("link_in_parent"));
  EXPECT_FALSE(seen.at("open_in_child_after_its_close").get<bool>());
  EXPECT_TRUE(seen.at("open_in_parent_after_childs_close").get<bool>());
}

// Times are the machine's business. That the kernel switches once to get to a process or a thread and not at all to get
// to a coroutine is not.
TEST_F(Observation, CostsAreMeasuredAndDrawn) {
  const auto directory = TemporaryDirectory::Create("observation");
  ASSERT_TRUE(directory.ok());
  const std::string chart = (directory->path() / "costs.svg").string();
  const ProcessResult result = Observe({"processes", "--seconds", "0.002", "--json", "--svg", chart});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json seen = Json::parse(result.output);
  const auto of = [&](const std::string& group, const std::string& what) {
    const Json& costs = seen.at("costs");
    const auto found = std::ranges::find_if(
        costs, [&](const Json& cost) { return cost.at("group") == group && cost.at("what") == what; });
    return found == costs.end() ? Json() : *found;
  };
  EXPECT_EQ(seen.at("costs").size(), 11u);
  for (const Json& cost : seen.at("costs")) EXPECT_GT(cost.at("nanoseconds").get<double>(), 0) << cost;
  EXPECT_GE(of("create", "process").at("page_faults").get<double>(), 1);
  for (const char* what : {"process, by pipe", "thread, by pipe", "process, by semaphore", "thread, by semaphore"}) {
    EXPECT_GE(of("switch", what).at("switches").get<double>(), 0.9) << what;
  }
  EXPECT_LT(of("switch", "coroutine").at("switches").get<double>(), 0.01);
  EXPECT_LT(of("create", "coroutine").at("page_faults").get<double>(), 0.01);
  const auto drawn = ReadFile(chart);
  ASSERT_TRUE(drawn.ok());
  for (const Json& cost : seen.at("costs"))
    EXPECT_THAT(*drawn, HasSubstr(">" + cost.at("what").get<std::string>() + "<"));
}

TEST_F(Observation, TextSaysWhatWasSeen) {
  const auto text = ObservationText(Seen(), TerminalStyle());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("child, when it has written            7,792 kB      400 kB"));
  EXPECT_THAT(*text, HasSubstr("offset 10   offset 10  one open file"));
  EXPECT_THAT(*text, HasSubstr("offset 10    offset 0  two open files"));
  EXPECT_THAT(*text, Not(HasSubstr("What it costs"))) << "no costs were measured";
  EXPECT_THAT(*text, Not(HasSubstr(" \n")));
}

TEST_F(Observation, WhatIsNoneIsRefused) {
  EXPECT_FALSE(ObservationText(Json::object(), TerminalStyle()).ok());
  Json lacking = Seen();
  lacking.erase("descriptors");
  EXPECT_FALSE(ObservationText(lacking, TerminalStyle()).ok());
  EXPECT_FALSE(ObservationChart(Seen()).ok()) << "there is nothing to draw";
}

TEST_F(Observation, UsageIsChecked) {
  EXPECT_EQ(Observe({"proceses"}).exit_code, 2);
  EXPECT_EQ(Observe({}).exit_code, 2);
  EXPECT_EQ(Observe({"processes", "--seconds", "0", "--svg", "x.svg"}).exit_code, 2);
  EXPECT_THAT(Observe({"--help"}).output, HasSubstr("racecourse observe processes --svg costs.svg"));
}

TEST(ObservationTimes, HaveTwoOrThreeFigures) {
  EXPECT_EQ(InWords(1.13), "1.1 ns");
  EXPECT_EQ(InWords(10), "10 ns");
  EXPECT_EQ(InWords(999.4), "999 ns");
  EXPECT_EQ(InWords(999.6), "1.0 µs");
  EXPECT_EQ(InWords(308'200), "308 µs");
  EXPECT_EQ(InWords(3'049'000), "3.0 ms");
  EXPECT_EQ(InWords(1'000'000'000), "1 s");
}

}  // namespace
}  // namespace racecourse::grader
