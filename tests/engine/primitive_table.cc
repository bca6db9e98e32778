#include "tests/engine/primitive_table.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace racecourse::engine_test {
namespace {

constexpr char kFolder[] = RACECOURSE_SOURCE_DIR "/tests/engine/programs";
constexpr char kOrders[] = "schedules=4000;seed=1";

constexpr char kIntroduction[] = R"(# Primitives

*What threads can wait for, and what orders them: for each primitive a test of what it allows, of the error that is made with
it, of how it blocks for ever, and of its misuse.* This table is made from the tests and checked by ctest
(`primitives_test`); each name is a scenario of `tests/engine/programs/primitives.cc` or of a file in `tests/engine/programs/primitives/`.

* **pass**: no finding in 4,000 schedules, and what the scenario expects holds in each.
* **failure**: the usual wrong use shows as a data race (`Races…`) or as a wrong result (`Fails…`).
* **deadlock**: found as `deadlock`, or as `lost_wakeup` (`Loses…`), with the name of what each thread waits for; a loop that
  nobody ends as `livelock` (`Livelocks…`).
* **misuse**: found as `misuse` with a message that says what is wrong; an exception that ends the program as `crash` with its
  type (`Crashes…`); an object used after its end as `use_after_free` (`Outlive…`).

A dash says why there cannot be such a test. **missing** marks what the engine does not get right yet: such a test is run too,
and has to be unmarked when it passes.
)";

constexpr char kProcessIntroduction[] = R"(
## Processes, descriptors and what they share

*How the calls are scheduled, and what they order.* The tests are scenarios of `tests/engine/programs/FILE.cc`, which
`processes_test`, `process_groups_test`, `interprocess_test`, `descriptors_test`, `stdio_pipes_test` and `started_programs_test` run, and whole programs `process_…` and the like
of `tests/programs`, of which the one in `racy` is found and its twin in `clean` passes. ctest looks that each test is there
(`primitives_test`). What is not scheduled, and what is refused, is in [limits.md](limits.md).
)";

std::string Trim(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool StartsWith(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

// The rest of a line that starts with `prefix`.
std::optional<std::string> After(const std::string& line, const std::string& prefix) {
  if (!StartsWith(line, prefix)) return std::nullopt;
  return line.substr(prefix.size());
}

// The message names what each blocked thread waits for.
bool NamesWhatIsAwaited(const Finding& finding) {
  const auto& threads = finding.record.at("threads");
  return std::any_of(threads.begin(), threads.end(),
                     [](const auto& thread) { return thread.value("waits_for", "") != ""; });
}

std::string TextOf(const Row& row, Column column, const std::vector<Cell>& cells) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "<br>") + part; };
  for (const Cell& cell : cells) {
    if (cell.suite != row.suite || ExpectationOf(cell)->column != column) continue;
    if (cell.missing.empty()) {
      add(cell.test);
    } else {
      add("**missing**: " + cell.missing + " (" + cell.test + ")");
    }
  }
  const auto reason = row.reasons.find(column);
  if (reason != row.reasons.end()) add("—: " + reason->second);
  return text.empty() ? "**no test**" : text;
}

std::vector<std::string> Split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find(separator, begin)) != std::string::npos; begin = end + separator.size()) {
    parts.push_back(Trim(text.substr(begin, end - begin)));
  }
  parts.push_back(Trim(text.substr(begin)));
  return parts;
}

std::vector<std::string> Names(const std::string& text) {
  if (text == "—") return {};
  return Split(text, "<br>");
}

std::string TextOf(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "<br>") + name;
  return text.empty() ? "—" : text;
}

}  // namespace

std::string ColumnName(Column column) {
  switch (column) {
    case Column::kPass:
      return "pass";
    case Column::kFailure:
      return "failure";
    case Column::kDeadlock:
      return "deadlock";
    case Column::kMisuse:
      return "misuse";
  }
  return "";
}

std::optional<Expectation> ExpectationOf(const Cell& cell) {
  static const std::vector<Expectation> all = {
      {"Passes", Column::kPass, {}},
      {"Fails", Column::kFailure, {"assertion"}},
      {"Races", Column::kFailure, {"data_race"}},
      {"Deadlocks", Column::kDeadlock, {"deadlock"}},
      {"Loses", Column::kDeadlock, {"lost_wakeup"}},
      {"Livelocks", Column::kDeadlock, {"livelock"}},
      {"Misuses", Column::kMisuse, {"misuse"}},
      {"Crashes", Column::kMisuse, {"crash"}},
      {"Outlive", Column::kMisuse, {"use_after_free"}},
  };
  for (const Expectation& expectation : all) {
    if (StartsWith(cell.test, expectation.first_word)) return expectation;
  }
  return std::nullopt;
}

std::vector<SourceFile> PrimitiveSources() {
  const std::filesystem::path programs = RACECOURSE_ENGINE_PROGRAMS;
  std::vector<SourceFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(kFolder) / "primitives")) {
    if (entry.path().extension() != ".cc") continue;
    files.push_back({entry.path(), programs / ("primitives_" + entry.path().stem().string())});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.source < b.source; });
  files.insert(files.begin(), {std::filesystem::path(kFolder) / "primitives.cc", programs / "primitives"});
  return files;
}

std::vector<Cell> CellsIn(const std::filesystem::path& source) {
  std::vector<Cell> cells;
  std::ifstream stream(source);
  Cell next;
  for (std::string line; std::getline(stream, line);) {
    if (const auto says = After(line, "// says: ")) {
      next.says = *says;
    } else if (const auto missing = After(line, "// missing: ")) {
      next.missing = *missing;
    } else if (const auto rest = After(line, "SCHEDULE_TEST(")) {
      const std::size_t comma = rest->find(", ");
      next.suite = rest->substr(0, comma);
      next.test = rest->substr(comma + 2, rest->find_first_of(",)", comma + 2) - comma - 2);
      cells.push_back(next);
      next = {};
    }
  }
  return cells;
}

std::vector<Row> Rows() {
  std::vector<Row> rows;
  std::ifstream stream(std::filesystem::path(kFolder) / "primitives" / "rows.txt");
  std::string section;
  for (std::string line; std::getline(stream, line);) {
    if (const auto title = After(line, "## ")) {
      section = *title;
    } else if (StartsWith(line, "  ")) {
      for (const Column column : kColumns) {
        if (const auto reason = After(Trim(line), ColumnName(column) + ": ")) rows.back().reasons[column] = *reason;
      }
    } else if (!line.empty() && line[0] != '#') {
      const std::size_t equals = line.rfind(" = ");
      rows.push_back({section, line.substr(0, equals), line.substr(equals + 3), {}});
    }
  }
  return rows;
}

std::vector<ProcessRow> ProcessRows() {
  std::vector<ProcessRow> rows;
  std::ifstream stream(std::filesystem::path(kFolder) / "primitives" / "between_processes.txt");
  std::string section;
  for (std::string line; std::getline(stream, line);) {
    if (const auto title = After(line, "## ")) {
      section = *title;
    } else if (!line.empty() && line[0] != '#') {
      std::vector<std::string> parts = Split(line, " | ");
      parts.resize(4);
      rows.push_back({section, parts[0], parts[1], Names(parts[2]), Names(parts[3])});
    }
  }
  return rows;
}

bool IsTest(const std::string& name, bool fails) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) {
    const std::filesystem::path programs = RACECOURSE_SOURCE_DIR "/tests/programs";
    return fails && std::filesystem::exists(programs / "racy" / (name + ".cc")) &&
           std::filesystem::exists(programs / "clean" / (name + ".cc"));
  }
  const std::string file = name.substr(0, dot) + ".cc";
  const std::string test = name.substr(dot + 1);
  const std::vector<Cell> cells = CellsIn(std::filesystem::path(kFolder) / file);
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) {
    return cell.test == test && (cell.suite == "Broken" || cell.suite == "Blocked") == fails;
  });
}

ProgramRun RunPrimitives(const SourceFile& file) { return RunProgram(file.program, kOrders); }

std::string Deviation(const ProgramRun& run, const Cell& cell) {
  const auto scenario = std::find_if(run.scenarios.begin(), run.scenarios.end(),
                                     [&](const Scenario& candidate) { return candidate.name == cell.FullName(); });
  if (scenario == run.scenarios.end()) return "it did not run";
  const auto finding = std::find_if(run.findings.begin(), run.findings.end(), [&](const Finding& candidate) {
    return candidate.record.at("scenario") == cell.FullName();
  });
  const std::vector<std::string> kinds = ExpectationOf(cell)->kinds;
  if (finding == run.findings.end()) {
    if (scenario->status != "passed") return "status " + scenario->status + ": " + scenario->error;
    return kinds.empty() ? "" : "nothing is found";
  }
  const std::string found = finding->kind + ": " + finding->message;
  if (std::find(kinds.begin(), kinds.end(), finding->kind) == kinds.end()) return found;
  if (!finding->is_confirmed) return "not confirmed: " + found;
  if (finding->message.find(cell.says) == std::string::npos) return "the message lacks '" + cell.says + "': " + found;
  if (ExpectationOf(cell)->column == Column::kDeadlock && finding->kind != "livelock" &&
      !NamesWhatIsAwaited(*finding)) {
    return "nobody is said to wait for something: " + found;
  }
  return "";
}

std::string TableOf(const std::vector<Row>& rows, const std::vector<Cell>& cells) {
  std::ostringstream text;
  text << kIntroduction;
  std::string section;
  for (const Row& row : rows) {
    if (row.section != section) {
      section = row.section;
      text << "\n## " << section
           << "\n\n| primitive | pass | failure | deadlock | misuse |\n| --- | --- | --- | --- | --- |\n";
    }
    text << "| `" << row.primitive << "` |";
    for (const Column column : kColumns) text << ' ' << TextOf(row, column, cells) << " |";
    text << '\n';
  }
  text << kProcessIntroduction;
  for (const ProcessRow& row : ProcessRows()) {
    if (row.section != section) {
      section = row.section;
      text << "\n### " << section
           << "\n\n| calls | scheduled, ordered | allowed | goes wrong |\n| --- | --- | --- | --- |\n";
    }
    text << "| `" << row.calls << "` | " << row.order << " | " << TextOf(row.passing) << " | " << TextOf(row.failing)
         << " |\n";
  }
  return text.str();
}

}  // namespace racecourse::engine_test
