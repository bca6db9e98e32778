#include "grader/executor/symbolizer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"
#include "grader/trace/record_fields.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// One answer per address, in their order.
absl::StatusOr<std::vector<Json>> Ask(const fs::path& symbolizer, const fs::path& program, absl::string_view kind,
                                      const std::set<Address>& addresses) {
  std::vector<Json> answers;
  if (addresses.empty()) return answers;
  if (symbolizer.empty()) {
    return absl::InternalError("llvm-symbolizer is not installed; install it with: apt-get install llvm-19");
  }
  Command command;
  command.arguments = {symbolizer.string(), "--output-style=JSON", absl::StrCat("--obj=", program.string())};
  command.environment = ToolEnvironment();
  for (const Address address : addresses) absl::StrAppend(&command.input, kind, " 0x", absl::Hex(address), "\n");
  command.limits.wall_seconds = 120;
  command.limits.output_bytes_kept = std::size_t{512} << 20;
  ASSIGN_OR_RETURN(const std::string output, OutputOf(command));
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    answers.push_back(Json::parse(line, nullptr, /*allow_exceptions=*/false));
    if (!answers.back().is_object()) return absl::InternalError(absl::StrCat(symbolizer.string(), ": no JSON: ", line));
  }
  if (answers.size() != addresses.size()) {
    return absl::InternalError(
        absl::StrCat(symbolizer.string(), ": ", answers.size(), " answers to ", addresses.size(), " questions"));
  }
  return answers;
}

std::string StringIn(const Json& object, const char* key) {
  const auto entry = object.find(key);
  return entry != object.end() && entry->is_string() ? WithoutControlCharacters(entry->get<std::string>()) : "";
}

// Removes every balanced group between `open` and `close`.
std::string WithoutGroups(absl::string_view text, char open, char close) {
  std::string kept;
  int depth = 0;
  for (const char c : text) {
    if (c == open) ++depth;
    if (depth == 0) kept += c;
    if (c == close && depth > 0) --depth;
  }
  return kept;
}

}  // namespace

absl::StatusOr<SymbolTable> Symbolize(const fs::path& symbolizer, const fs::path& program,
                                      const std::set<Address>& addresses) {
  ASSIGN_OR_RETURN(const std::vector<Json> answers, Ask(symbolizer, program, "CODE", addresses));
  SymbolTable table;
  auto answer = answers.begin();
  for (const Address address : addresses) {
    std::vector<SourcePlace>& places = table[address];
    const Json& symbols = (answer++)->value("Symbol", Json::array());
    if (!symbols.is_array()) continue;
    for (const Json& symbol : symbols) {
      if (!symbol.is_object()) continue;
      SourcePlace place{.function = StringIn(symbol, "FunctionName"), .file = StringIn(symbol, "FileName"), .line = 0};
      if (const auto line = symbol.find("Line"); line != symbol.end() && line->is_number_unsigned()) {
        place.line = line->get<int>();
      }
      // Code that the compiler added, as at the entry of a coroutine's parts, has no line: the function's own will do.
      if (const auto start = symbol.find("StartLine");
          place.line == 0 && start != symbol.end() && start->is_number_unsigned()) {
        place.line = start->get<int>();
      }
      if (!place.file.empty() || !place.function.empty()) places.push_back(std::move(place));
    }
  }
  return table;
}

absl::StatusOr<std::map<Address, std::string>> SymbolizeData(const fs::path& symbolizer, const fs::path& program,
                                                             const std::set<Address>& addresses) {
  ASSIGN_OR_RETURN(const std::vector<Json> answers, Ask(symbolizer, program, "DATA", addresses));
  std::map<Address, std::string> names;
  auto answer = answers.begin();
  for (const Address address : addresses) {
    const Json data = (answer++)->value("Data", Json::object());
    const std::string name = data.is_object() ? StringIn(data, "Name") : "";
    if (!name.empty() && name != "??") names[address] = name;
  }
  return names;
}

std::string ShortFunctionName(absl::string_view name) {
  // Operators are spelled with the very brackets that are about to go; they wait under other names.
  std::string text = absl::StrReplaceAll(name, {{"(anonymous namespace)::", ""},
                                                {"operator()", "operator\1"},
                                                {"operator<=>", "operator\2"},
                                                {"operator<<", "operator\3"},
                                                {"operator>>", "operator\4"},
                                                {"operator->", "operator\5"},
                                                {"operator<", "operator\6"},
                                                {"operator>", "operator\7"}});
  text = WithoutGroups(WithoutGroups(text, '(', ')'), '<', '>');
  for (const absl::string_view suffix : {" const", " volatile", " &", " &&", "[abi:cxx11]"}) {
    if (absl::EndsWith(text, suffix)) text.resize(text.size() - suffix.size());
  }
  for (const std::string mark : {"::$_", "::'lambda", "::{lambda"}) {
    const std::size_t lambda = text.find(mark);
    if (lambda == std::string::npos) continue;
    const std::string outer = text.substr(0, lambda);
    return absl::StrCat("lambda in ", outer.substr(outer.rfind(' ') + 1));
  }
  text.erase(text.find_last_not_of(' ') + 1);
  const std::size_t is_operator = text.find("operator");
  const std::size_t return_type = text.rfind(' ', is_operator);
  if (return_type != std::string::npos) text.erase(0, return_type + 1);
  return absl::StrReplaceAll(
      text, {{"\1", "()"}, {"\2", "<=>"}, {"\3", "<<"}, {"\4", ">>"}, {"\5", "->"}, {"\6", "<"}, {"\7", ">"}});
}

}  // namespace racecourse::grader
