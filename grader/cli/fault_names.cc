#include "grader/cli/fault_names.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace racecourse::grader {
namespace {

struct FaultName {
  absl::string_view name;
  std::uint32_t bits;
};
constexpr FaultName kNames[] = {{"short", 1 | 2}, {"eintr", 4}, {"fork", 8}, {"crash", 16}};

}  // namespace

absl::StatusOr<std::uint32_t> FaultsNamed(const std::string& list) {
  std::uint32_t faults = 0;
  if (list.empty()) return faults;
  for (const absl::string_view word : absl::StrSplit(list, ',')) {
    std::uint32_t bits = 0;
    for (const FaultName& known : kNames) {
      if (known.name == word) bits = known.bits;
    }
    if (bits == 0)
      return absl::InvalidArgumentError(absl::StrCat("unknown fault '", word, "'; known: short, eintr, fork, crash"));
    faults |= bits;
  }
  return faults;
}

void AddFaultsOption(CLI::App& command, std::string* list) {
  command
      .add_option(
          "--faults", *list,
          "What may go wrong around the program, a list: short (reads and writes of pipes and sockets transfer "
          "less), eintr (calls that wait are interrupted), fork (it fails), crash (a child is killed); a program "
          "that gives up over them with another exit status is explored with --ignore-exit-status")
      ->check([](const std::string& text) {
        const auto faults = FaultsNamed(text);
        return faults.ok() ? std::string() : std::string(faults.status().message());
      });
}

}  // namespace racecourse::grader
