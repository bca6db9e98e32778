#ifndef RACECOURSE_GRADER_DEBUG_ADDRESS_MAP_H_
#define RACECOURSE_GRADER_DEBUG_ADDRESS_MAP_H_

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

// Where code of one program lies in another that was linked from the same objects. A function keeps its name; of
// several with one name (`static` ones of different files) the order of the objects tells which is which.
class AddressMap {
 public:
  // Reads the symbols of both programs with `nm`.
  static absl::StatusOr<AddressMap> Make(const std::filesystem::path& nm, const std::filesystem::path& from,
                                         const std::filesystem::path& to);
  // Reads them from what `nm --format=posix --defined-only --numeric-sort` prints.
  AddressMap(absl::string_view symbols_of_from, absl::string_view symbols_of_to);

  // Nothing for an address in no function that both have.
  std::optional<Address> Find(Address address) const;

 private:
  std::map<Address, std::string> functions_;  // of `from`, by their beginnings
  std::map<std::string, std::vector<Address>> from_;
  std::map<std::string, std::vector<Address>> to_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_DEBUG_ADDRESS_MAP_H_
