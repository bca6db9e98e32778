// What the scenarios of programs/primitives.cc and programs/primitives/ claim about each primitive, as read from their
// sources and from programs/primitives/rows.txt, where the form is described; and the table that is made of it.
#ifndef RACECOURSE_TESTS_ENGINE_PRIMITIVE_TABLE_H_
#define RACECOURSE_TESTS_ENGINE_PRIMITIVE_TABLE_H_

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/engine/engine_run.h"

namespace racecourse::engine_test {

enum class Column { kPass, kFailure, kDeadlock, kMisuse };
constexpr Column kColumns[] = {Column::kPass, Column::kFailure, Column::kDeadlock, Column::kMisuse};
std::string ColumnName(Column column);

// One scenario.
struct Cell {
  std::string suite;
  std::string test;
  std::string says;     // what the message must contain; may be empty
  std::string missing;  // what the engine does instead, while it is not as the name says; else empty
  std::string FullName() const { return suite + "." + test; }
};

// What the first word of a scenario's name stands for.
struct Expectation {
  std::string first_word;
  Column column;
  std::vector<std::string> kinds;  // one of these must be found; none: nothing may be
};
// Nothing if the name begins with no word that is known.
std::optional<Expectation> ExpectationOf(const Cell& cell);

struct Row {
  std::string section;
  std::string primitive;
  std::string suite;
  std::map<Column, std::string> reasons;  // why a column has no scenario
};

// The sources, each with the program built from it.
struct SourceFile {
  std::filesystem::path source;
  std::filesystem::path program;
};
std::vector<SourceFile> PrimitiveSources();
std::vector<Cell> CellsIn(const std::filesystem::path& source);
std::vector<Row> Rows();

// Runs all scenarios of a program.
ProgramRun RunPrimitives(const SourceFile& file);
// In what way the run of a scenario is not as its name says; empty if it is. Whether it is marked as missing does not
// matter.
std::string Deviation(const ProgramRun& run, const Cell& cell);

// A row of programs/primitives/between_processes.txt, where the form is described.
struct ProcessRow {
  std::string section;
  std::string calls;
  std::string order;
  std::vector<std::string> passing;
  std::vector<std::string> failing;
};
std::vector<ProcessRow> ProcessRows();
// True if there is such a test: a scenario that other tests expect to fail, or to pass, or a whole program.
bool IsTest(const std::string& name, bool fails);

// docs/primitives.md, of the cells that came out as they claim. A column without any says so.
std::string TableOf(const std::vector<Row>& rows, const std::vector<Cell>& cells);

}  // namespace racecourse::engine_test

#endif  // RACECOURSE_TESTS_ENGINE_PRIMITIVE_TABLE_H_
