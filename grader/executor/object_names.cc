#include "grader/executor/object_names.h"

#include <cstddef>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace racecourse::grader {
namespace {

bool EndsWord(absl::string_view text, std::size_t at) { return at == text.size() || !absl::ascii_isalnum(text[at]); }

}  // namespace

ObjectNames::ObjectNames(const TraceFinding& finding, const std::map<Address, std::string>& symbols) {
  std::map<std::string, std::set<std::string>> objects_in;  // by variable
  std::set<std::string> elsewhere;
  const auto collect = [&](const std::vector<TraceStep>& steps) {
    for (const TraceStep& step : steps) {
      if (!step.program.empty()) {
        elsewhere.insert(step.object);
        continue;
      }
      const auto symbol = symbols.find(step.symbol_address);
      if (step.object.empty() || symbol == symbols.end()) continue;
      objects_in[absl::StrReplaceAll(symbol->second, {{"(anonymous namespace)::", ""}})].insert(step.object);
    }
  };
  collect(finding.steps);
  if (finding.consequence) collect(finding.consequence->steps);
  for (const auto& [variable, objects] : objects_in) {
    for (const std::string& object : objects) {
      const std::size_t number = object.rfind('#');
      if (number == std::string::npos || elsewhere.contains(object)) continue;
      const std::string called = objects.size() == 1 ? object.substr(0, number) : object;
      names_[object] = absl::StrCat(called, " '", variable, "'");
    }
  }
}

std::string ObjectNames::In(absl::string_view text) const {
  std::string named;
  std::size_t begin = 0;  // of what is not copied yet
  std::size_t word = 0;
  while (word < text.size()) {
    // No name is the beginning of another but for its number, which ends where the digits do.
    const std::size_t number = text.find('#', word);
    if (number == absl::string_view::npos) break;
    std::size_t end = number + 1;
    while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
    // "shared mutex#1" before "mutex#1".
    for (std::size_t at = begin; at < number; ++at) {
      if (at > begin && absl::ascii_isalnum(text[at - 1])) continue;
      const auto name = names_.find(text.substr(at, end - at));
      if (name == names_.end() || !EndsWord(text, end)) continue;
      absl::StrAppend(&named, text.substr(begin, at - begin), name->second);
      begin = end;
      break;
    }
    word = end;
  }
  absl::StrAppend(&named, text.substr(begin));
  return named;
}

}  // namespace racecourse::grader
