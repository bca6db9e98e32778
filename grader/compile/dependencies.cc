#include "grader/compile/dependencies.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace racecourse::grader {

std::vector<std::string> ParseDependencies(absl::string_view make_rule) {
  std::vector<std::string> files;
  const std::size_t colon = make_rule.find(": ");
  if (colon == absl::string_view::npos) return files;
  std::string name;
  auto finish = [&] {
    if (!name.empty()) files.push_back(std::exchange(name, {}));
  };
  for (std::size_t i = colon + 1; i < make_rule.size(); ++i) {
    const char c = make_rule[i];
    if (c == '\\' && i + 1 < make_rule.size()) {
      const char next = make_rule[++i];
      if (next == '\n') {
        finish();
      } else {
        if (next != ' ' && next != '#') name += c;
        name += next;
      }
    } else if (c == '$' && i + 1 < make_rule.size() && make_rule[i + 1] == '$') {
      name += make_rule[++i];
    } else if (c == ' ' || c == '\n') {
      finish();
    } else {
      name += c;
    }
  }
  finish();
  return files;
}

std::string DescribeFiles(const std::vector<std::string>& files) {
  std::string description;
  for (const std::string& file : files) {
    struct stat info = {};
    if (stat(file.c_str(), &info) != 0) info = {};
    absl::StrAppend(&description, info.st_size, " ", info.st_mtim.tv_sec, ".", info.st_mtim.tv_nsec, " ", file, "\n");
  }
  return description;
}

}  // namespace racecourse::grader
