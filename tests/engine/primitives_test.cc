// Every primitive: what it allows, and what goes wrong with it, in the scenarios of programs/primitives.cc and
// programs/primitives/. The first word of a scenario's name says what must be found. docs/primitives.md is made from
// those that came out so; to write it anew:
//
//   RACECOURSE_WRITE_TABLE=1 build/release/tests/engine/primitives_test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/engine/engine_run.h"
#include "tests/engine/primitive_table.h"

namespace racecourse::engine_test {
namespace {

constexpr char kTable[] = RACECOURSE_SOURCE_DIR "/docs/primitives.md";

std::vector<Cell> AllCells() {
  std::vector<Cell> all;
  for (const SourceFile& file : PrimitiveSources()) {
    for (const Cell& cell : CellsIn(file.source)) all.push_back(cell);
  }
  return all;
}

class Primitives : public testing::TestWithParam<SourceFile> {};

TEST_P(Primitives, BehaveAsTheirScenariosSay) {
  const ProgramRun run = RunPrimitives(GetParam());
  EXPECT_TRUE(run.is_complete) << run.ToString();
  const std::vector<Cell> cells = CellsIn(GetParam().source);
  EXPECT_EQ(run.scenarios.size(), cells.size());
  for (const Cell& cell : cells) {
    ASSERT_TRUE(ExpectationOf(cell).has_value()) << cell.FullName();
    const std::string deviation = Deviation(run, cell);
    if (cell.missing.empty()) {
      EXPECT_EQ(deviation, "") << cell.FullName();
    } else {
      EXPECT_NE(deviation, "") << cell.FullName() << " comes out right now: remove the remark 'missing'.";
    }
  }
}
INSTANTIATE_TEST_SUITE_P(All, Primitives, testing::ValuesIn(PrimitiveSources()),
                         [](const auto& info) { return info.param.source.stem().string(); });

TEST(PrimitiveTable, HasARowForEachSuite) {
  std::multiset<std::string> suites_of_rows;
  for (const Row& row : Rows()) suites_of_rows.insert(row.suite);
  std::set<std::string> suites;
  for (const Cell& cell : AllCells()) suites.insert(cell.suite);
  EXPECT_THAT(suites_of_rows, testing::ElementsAreArray(suites));
}

TEST(PrimitiveTable, HasATestOrAReasonInEachCell) {
  const std::vector<Cell> cells = AllCells();
  for (const Row& row : Rows()) {
    for (const Column column : kColumns) {
      const bool has_test = std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) {
        return cell.suite == row.suite && ExpectationOf(cell)->column == column;
      });
      EXPECT_NE(has_test, row.reasons.contains(column)) << row.primitive << ", " << ColumnName(column);
    }
  }
}

TEST(PrimitiveTable, NamesTestsThatAreThereForProcesses) {
  EXPECT_FALSE(IsTest("processes.NobodyWaits", false));
  EXPECT_FALSE(IsTest("processes.PingPong", true));
  EXPECT_FALSE(IsTest("process_that_is_not_there", true));
  const std::vector<ProcessRow> rows = ProcessRows();
  EXPECT_GE(rows.size(), 25u);
  for (const ProcessRow& row : rows) {
    EXPECT_NE(row.order, "") << row.calls;
    EXPECT_FALSE(row.passing.empty() && row.failing.empty()) << row.calls;
    for (const std::string& name : row.passing) EXPECT_TRUE(IsTest(name, false)) << row.calls << ": " << name;
    for (const std::string& name : row.failing) EXPECT_TRUE(IsTest(name, true)) << row.calls << ": " << name;
  }
}

// Only what ran and came out as claimed is in the table.
TEST(PrimitiveTable, IsTheOneInTheDocumentation) {
  std::vector<Cell> shown;
  for (const SourceFile& file : PrimitiveSources()) {
    const ProgramRun run = RunPrimitives(file);
    for (const Cell& cell : CellsIn(file.source)) {
      if (Deviation(run, cell).empty() == cell.missing.empty()) shown.push_back(cell);
    }
  }
  const std::string table = TableOf(Rows(), shown);
  if (std::getenv("RACECOURSE_WRITE_TABLE") != nullptr) std::ofstream(kTable) << table;
  std::ostringstream committed;
  committed << std::ifstream(kTable).rdbuf();
  EXPECT_EQ(table, committed.str())
      << "docs/primitives.md is not what the tests show; to write it anew:\n"
      << "  RACECOURSE_WRITE_TABLE=1 build/release/tests/engine/primitives_test --gtest_filter='PrimitiveTable.*'";
}

}  // namespace
}  // namespace racecourse::engine_test
