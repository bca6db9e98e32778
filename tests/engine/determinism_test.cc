// The same schedule is the same execution, wherever and whenever it runs: every program here notes what it sees in its
// event hash, and the hash of execution 999 is compared between the last of a thousand executions of one process, the
// only one of another, a build in another directory (under a path of another length), and the two ways of switching
// threads.
//
// Execution 999 is that of random walk and POS, whose choices depend on the seed and the number alone; PCT learns from
// the executions before.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {
namespace {

std::filesystem::path Program(const std::string& name) {
  return std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "determinism" / name;
}
std::filesystem::path ElsewhereBuilt(const std::string& name) {
  return std::filesystem::path(RACECOURSE_ENGINE_PROGRAMS) / "in_a_folder_with_quite_another_name" / name;
}

// The event hash of the last execution.
std::string LastHash(const std::filesystem::path& program, const std::string& orders) {
  const ProgramRun run = RunProgram(program, orders);
  if (run.scenarios.size() != 1 || run.TheScenario().status != "passed") return run.ToString();
  return run.TheScenario().event_hash;
}

class Determinism : public testing::TestWithParam<std::string> {};

TEST_P(Determinism, LastOfAThousandIsTheFirstOfAnotherProcess) {
  for (const std::string strategy : {"random-walk", "pos"}) {
    const std::string orders = "seed=5;strategy=" + strategy;
    const std::string last = LastHash(Program(GetParam()), orders + ";schedules=1000");
    EXPECT_EQ(last.size(), 16u) << last;
    EXPECT_EQ(LastHash(Program(GetParam()), orders + ";schedules=1;first=999"), last) << strategy;
    EXPECT_EQ(LastHash(Program(GetParam()), orders + ";schedules=30;first=970"), last) << strategy;
  }
}

TEST_P(Determinism, AWholeRunRepeatsInAnotherProcess) {
  const std::string orders = "seed=3;schedules=300";
  EXPECT_EQ(LastHash(Program(GetParam()), orders), LastHash(Program(GetParam()), orders));
}

TEST_P(Determinism, TheFolderOfTheBuildDoesNotMatter) {
  const std::string orders = "seed=3;schedules=300";
  EXPECT_EQ(LastHash(Program(GetParam()), orders), LastHash(ElsewhereBuilt(GetParam()), orders));
}

TEST_P(Determinism, TheWayOfSwitchingThreadsDoesNotMatter) {
  const std::string orders = "seed=3;schedules=100";
  EXPECT_EQ(LastHash(Program(GetParam()), orders), LastHash(Program(GetParam()), orders + ";switch_by_system_call=1"));
}

TEST_P(Determinism, AnotherSeedGivesAnotherExecution) {
  std::set<std::string> hashes;
  for (int seed = 1; seed <= 10; ++seed) {
    hashes.insert(LastHash(Program(GetParam()), "schedules=1;first=2;seed=" + std::to_string(seed)));
  }
  EXPECT_GT(hashes.size(), 5u);
}

INSTANTIATE_TEST_SUITE_P(Programs, Determinism,
                         testing::Values("globals_and_statics", "thread_locals", "streams", "exceptions",
                                         "pointer_keys", "entropy_and_clocks", "shared_ptr_and_once", "heap"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace racecourse::engine_test
