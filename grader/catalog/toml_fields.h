#ifndef RACECOURSE_GRADER_CATALOG_TOML_FIELDS_H_
#define RACECOURSE_GRADER_CATALOG_TOML_FIELDS_H_

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace racecourse::grader {

// Takes typed fields out of one TOML table and remembers the first thing that is wrong, as "file:line: …", in
// `status`. A key that nobody asked for is an error too: see RefuseOtherKeys. Borrows all it is given.
class TomlFields {
 public:
  TomlFields(const toml::table& table, absl::string_view file, absl::Status& status);

  std::string RequiredString(absl::string_view key);
  std::string String(absl::string_view key);
  std::optional<std::string> OptionalString(absl::string_view key);
  std::optional<std::int64_t> Integer(absl::string_view key, std::int64_t low, std::int64_t high);
  std::int64_t RequiredInteger(absl::string_view key, std::int64_t low, std::int64_t high);
  std::vector<std::string> Strings(absl::string_view key);
  std::vector<std::string> RequiredStrings(absl::string_view key);
  std::vector<const toml::table*> Tables(absl::string_view key);  // [[key]]

  // Call it last: an error for the first key that was not taken, with the nearest known one.
  void RefuseOtherKeys();
  // An error at the line of `key`, or of the table when it has none.
  void Refuse(absl::string_view key, absl::string_view message);

 private:
  const toml::node* Get(absl::string_view key) const;
  const toml::node* Find(absl::string_view key);  // Get, and remembers that the key is a known one
  void RefuseAt(const toml::source_region& place, absl::string_view message);

  const toml::table& table_;
  const absl::string_view file_;
  absl::Status& status_;
  std::vector<std::string> known_keys_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CATALOG_TOML_FIELDS_H_
