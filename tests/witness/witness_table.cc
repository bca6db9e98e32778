// Lets ThreadSanitizer follow what the engine found in the racy programs of tests/programs, and what passed in the
// clean ones, and runs it alone besides: a table on standard output. usage: witness_table_program GRADER
// PROGRAMS_FOLDER [--plain-runs N] [--only NAME,NAME…] [--rows FILE]
// Each row is written into FILE as soon as it is known, and what is there already is not asked again: asking about
// all takes long.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "grader/system/parallel.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double kSecondsPerStep = 300;

struct Options {
  fs::path grader;
  fs::path programs;
  std::string plain_runs = "30";
  std::set<std::string> only;  // empty: all
  fs::path rows;               // empty: nothing is kept
};

struct Row {
  std::string name;
  std::string ours;     // our race's lines; empty: it found something else
  std::string verdict;  // of the witness
  std::string message;
  int plain_reports = 0;
  int plain_runs = 0;
  std::string failure;  // of ours
  int followed = 0;     // of a clean program
  int asked = 0;
  std::vector<std::string> disagreements;
  int unexplained = 0;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Row, name, ours, verdict, message, plain_reports, plain_runs, failure, followed, asked,
                                 disagreements, unexplained)
};

// What was asked before, by "KIND NAME".
std::map<std::string, Row> ReadRows(const fs::path& path) {
  std::map<std::string, Row> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) rows[json["key"]] = json["row"];  // the last line may be cut short
  }
  return rows;
}

void KeepRow(const fs::path& path, const std::string& key, const Row& row) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::ofstream(path, std::ios::app) << Json{{"key", key}, {"row", row}}.dump() << '\n';
}

ProcessResult Run(const Options& options, const fs::path& folder, std::vector<std::string> arguments) {
  Command command;
  command.arguments = {options.grader.string()};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.directory = folder;
  command.limits.wall_seconds = kSecondsPerStep;
  command.limits.output_bytes_kept = 64 << 20;
  auto result = RunProcess(command);
  if (result.ok()) return *std::move(result);
  ProcessResult failed;
  failed.errors = std::string(result.status().message());
  failed.exit_code = -1;
  return failed;
}

std::string Places(const Json& stacks) {
  std::string text;
  for (const Json& stack : stacks) {
    if (!text.empty()) text += ", ";
    text += stack["frames"].empty() ? "a library" : std::to_string(stack["frames"][0]["line"].get<int>());
  }
  return text;
}

// "name_cpp17" is compiled as C++17.
std::string Standard(const std::string& name) {
  const std::size_t place = name.rfind("_cpp");
  return absl::StrCat("-std=c++", place == std::string::npos ? "20" : name.substr(place + 4));
}

Row Ask(const Options& options, const fs::path& source) {
  Row row;
  row.name = source.stem();
  const auto folder = TemporaryDirectory::Create("witness-table");
  if (!folder.ok()) {
    row.failure = std::string(folder.status().message());
    return row;
  }
  for (const bool is_witness : {false, true}) {
    std::vector<std::string> arguments = {"c++", Standard(row.name), source, "-o", is_witness ? "witness" : "program"};
    if (is_witness) arguments.insert(arguments.begin() + 1, {"--variant", "thread-sanitizer"});
    const ProcessResult built = Run(options, folder->path(), std::move(arguments));
    if (built.exit_code == 0) continue;
    row.failure = absl::StrCat("cannot be built: ", built.errors.substr(0, built.errors.find('\n')));
    return row;
  }
  const ProcessResult run =
      Run(options, folder->path(),
          {"explore", "--json", "--witness", "witness", "--plain-runs", options.plain_runs, "--", "./program"});
  const Json result = Json::parse(run.output, nullptr, false);
  if (!result.is_object()) {
    row.failure = absl::StrCat("no result: ", run.errors.substr(0, run.errors.find('\n')));
    return row;
  }
  for (const Json& finding : result["findings"]) {
    if (finding["kind"] != "data_race") continue;
    row.ours = Places(finding["stacks"]);
    if (finding["witnesses"].empty()) {
      row.verdict = "absent";
      continue;
    }
    const Json& witness = finding["witnesses"][0];
    row.verdict = witness["verdict"];
    row.message = witness["message"];
    row.plain_runs = witness["plain_runs"];
    row.plain_reports = witness["plain_reports"];
  }
  const Json& sample = result["passing_sample"];
  row.asked = sample["asked"];
  row.followed = sample["followed"];
  if (row.followed < row.asked) row.message = sample["why_not"];
  for (const Json& one : sample["disagreements"]) {
    const std::string reason = one["reason"];
    row.unexplained += reason.empty();
    row.disagreements.push_back(absl::StrCat(one["kind"].get<std::string>(), " at ", Places(one["stacks"]), ": ",
                                             reason.empty() ? "no reason is known" : reason));
  }
  return row;
}

std::vector<Row> AskAll(const Options& options, const char* kind) {
  std::vector<fs::path> sources;
  for (const auto& entry : fs::directory_iterator(options.programs / kind)) {
    const bool is_asked = options.only.empty() || options.only.contains(entry.path().stem());
    if (entry.path().extension() == ".cc" && is_asked) sources.push_back(entry.path());
  }
  std::ranges::sort(sources);
  std::vector<Row> rows(sources.size());
  const std::map<std::string, Row> known = ReadRows(options.rows);
  ForEachInParallel(sources.size(), UsableProcessors(), [&](std::size_t i) {
    const std::string key = absl::StrCat(kind, " ", sources[i].stem().string());
    if (const auto found = known.find(key); found != known.end()) {
      rows[i] = found->second;
      return;
    }
    rows[i] = Ask(options, sources[i]);
    if (!options.rows.empty()) KeepRow(options.rows, key, rows[i]);
  });
  return rows;
}

void ShowRacy(const std::vector<Row>& rows) {
  int races = 0;
  int confirmed = 0;
  int found_plainly = 0;
  int found_always = 0;
  std::printf("%-36s %-14s %-10s %s\n", "program", "our lines", "witness", "plain runs that report");
  for (const Row& row : rows) {
    if (!row.failure.empty()) std::printf("%-36s %s\n", row.name.c_str(), row.failure.c_str());
    if (row.verdict.empty()) continue;
    ++races;
    confirmed += row.verdict == "confirms";
    found_plainly += row.plain_reports > 0;
    found_always += row.plain_reports > 0 && row.plain_reports == row.plain_runs;
    std::printf("%-36s %-14s %-10s %d of %d\n", row.name.c_str(), row.ours.c_str(), row.verdict.c_str(),
                row.plain_reports, row.plain_runs);
    if (row.verdict != "confirms") std::printf("    %s\n", row.message.c_str());
  }
  std::printf("data races: %d of %d confirmed under the same schedule\n", confirmed, races);
  std::printf("plain ThreadSanitizer alone: %d of %d found in at least one run, %d in every run\n", found_plainly,
              races, found_always);
}

void ShowClean(const std::vector<Row>& rows) {
  int followed = 0;
  int asked = 0;
  int reported = 0;
  int unexplained = 0;
  for (const Row& row : rows) {
    followed += row.followed;
    asked += row.asked;
    reported += !row.disagreements.empty();
    unexplained += row.unexplained > 0;
    const std::string& why = row.failure.empty() ? row.message : row.failure;
    if (row.followed < row.asked || !row.failure.empty()) {
      std::printf("%-36s followed %d of %d: %s\n", row.name.c_str(), row.followed, row.asked, why.c_str());
    }
    for (const std::string& one : row.disagreements) std::printf("%-36s %s\n", row.name.c_str(), one.c_str());
  }
  std::printf(
      "clean programs: %d, %d with a report without a known reason, %d with a known one; %d of %d passing "
      "executions followed\n",
      static_cast<int>(rows.size()), unexplained, reported - unexplained, followed, asked);
}

int Main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr,
                 "usage: witness_table_program GRADER PROGRAMS_FOLDER [--plain-runs N] [--only NAME,NAME…] "
                 "[--rows FILE]\n");
    return 2;
  }
  Options options;
  options.grader = fs::absolute(argv[1]);
  options.programs = fs::absolute(argv[2]);
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--plain-runs") options.plain_runs = argv[i + 1];
    if (name == "--only") options.only = absl::StrSplit(argv[i + 1], ',');
    if (name == "--rows") options.rows = fs::absolute(argv[i + 1]);
  }
  ShowRacy(AskAll(options, "racy"));
  ShowClean(AskAll(options, "clean"));
  return 0;
}

}  // namespace
}  // namespace racecourse::grader

int main(int argc, char** argv) { return racecourse::grader::Main(argc, argv); }
