#include "grader/debug/address_map.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "grader/system/status_macros.h"
#include "grader/system/subprocess.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSymbolBytesMax = std::size_t{256} << 20;

absl::StatusOr<std::string> SymbolsOf(const fs::path& nm, const fs::path& program) {
  Command command;
  command.arguments = {nm.string(), "--format=posix", "--defined-only", "--numeric-sort", program.string()};
  command.environment = ToolEnvironment();
  command.limits.output_bytes_kept = kSymbolBytesMax;
  return OutputOf(command);
}

template <typename Function>
void ForEachFunction(absl::string_view symbols, Function function) {
  for (const absl::string_view line : absl::StrSplit(symbols, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    Address address = 0;
    if (fields.size() < 3 || !absl::StrContains("tTwW", fields[1]) || !absl::SimpleHexAtoi(fields[2], &address))
      continue;
    function(std::string(fields[0]), address);
  }
}

}  // namespace

AddressMap::AddressMap(absl::string_view symbols_of_from, absl::string_view symbols_of_to) {
  ForEachFunction(symbols_of_from, [&](const std::string& name, Address address) {
    from_[name].push_back(address);
    functions_.emplace(address, name);
  });
  ForEachFunction(symbols_of_to, [&](const std::string& name, Address address) { to_[name].push_back(address); });
}

absl::StatusOr<AddressMap> AddressMap::Make(const fs::path& nm, const fs::path& from, const fs::path& to) {
  if (nm.empty()) return absl::NotFoundError("nm is not installed; install it with: apt-get install binutils");
  ASSIGN_OR_RETURN(const std::string symbols_of_from, SymbolsOf(nm, from));
  ASSIGN_OR_RETURN(const std::string symbols_of_to, SymbolsOf(nm, to));
  return AddressMap(symbols_of_from, symbols_of_to);
}

std::optional<Address> AddressMap::Find(Address address) const {
  auto function = functions_.upper_bound(address);
  if (function == functions_.begin()) return std::nullopt;
  --function;
  const auto other = to_.find(function->second);
  if (other == to_.end()) return std::nullopt;
  const std::vector<Address>& same_name = from_.at(function->second);
  const auto number = static_cast<std::size_t>(std::ranges::find(same_name, function->first) - same_name.begin());
  if (same_name.size() != other->second.size()) return std::nullopt;
  return other->second[number] + (address - function->first);
}

}  // namespace racecourse::grader
