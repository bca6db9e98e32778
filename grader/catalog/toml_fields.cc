#include "grader/catalog/toml_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "grader/catalog/nearest_name.h"

namespace racecourse::grader {

TomlFields::TomlFields(const toml::table& table, absl::string_view file, absl::Status& status)
    : table_(table), file_(file), status_(status) {}

void TomlFields::RefuseAt(const toml::source_region& place, absl::string_view message) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(file_, ":", place.begin.line, ": ", message));
}

void TomlFields::Refuse(absl::string_view key, absl::string_view message) {
  const toml::node* node = Get(key);
  RefuseAt(node == nullptr ? table_.source() : node->source(), message);
}

const toml::node* TomlFields::Get(absl::string_view key) const { return table_.get({key.data(), key.size()}); }

const toml::node* TomlFields::Find(absl::string_view key) {
  known_keys_.emplace_back(key);
  return Get(key);
}

std::string TomlFields::String(absl::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return {};
  if (!node->is_string()) Refuse(key, absl::StrCat("'", key, "' must be a string"));
  return node->value_or(std::string());
}

std::optional<std::string> TomlFields::OptionalString(absl::string_view key) {
  if (Get(key) == nullptr) {
    Find(key);
    return std::nullopt;
  }
  return String(key);
}

std::string TomlFields::RequiredString(absl::string_view key) {
  std::string text = String(key);
  if (text.empty()) Refuse(key, absl::StrCat("'", key, "' is missing or empty"));
  return text;
}

std::optional<std::int64_t> TomlFields::Integer(absl::string_view key, std::int64_t low, std::int64_t high) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<std::int64_t> value = node->is_integer() ? node->value<std::int64_t>() : std::nullopt;
  if (!value || *value < low || *value > high) {
    Refuse(key, absl::StrCat("'", key, "' must be an integer from ", low, " to ", high));
    return std::nullopt;
  }
  return value;
}

std::int64_t TomlFields::RequiredInteger(absl::string_view key, std::int64_t low, std::int64_t high) {
  const std::optional<std::int64_t> value = Integer(key, low, high);
  if (!value) Refuse(key, absl::StrCat("'", key, "' is missing"));
  return value.value_or(low);
}

std::vector<std::string> TomlFields::Strings(absl::string_view key) {
  std::vector<std::string> strings;
  const toml::node* node = Find(key);
  if (node == nullptr) return strings;
  const toml::array* array = node->as_array();
  if (array == nullptr) Refuse(key, absl::StrCat("'", key, "' must be a list of strings"));
  if (array == nullptr) return strings;
  for (const toml::node& element : *array) {
    if (!element.is_string()) RefuseAt(element.source(), absl::StrCat("'", key, "' must be a list of strings"));
    strings.push_back(element.value_or(std::string()));
  }
  return strings;
}

std::vector<std::string> TomlFields::RequiredStrings(absl::string_view key) {
  std::vector<std::string> strings = Strings(key);
  if (strings.empty()) Refuse(key, absl::StrCat("'", key, "' is missing or empty"));
  return strings;
}

std::vector<const toml::table*> TomlFields::Tables(absl::string_view key) {
  std::vector<const toml::table*> tables;
  const toml::node* node = Find(key);
  if (node == nullptr) return tables;
  const toml::array* array = node->as_array();
  if (array == nullptr) Refuse(key, absl::StrCat("'", key, "' must be written as [[", key, "]]"));
  if (array == nullptr) return tables;
  for (const toml::node& element : *array) {
    if (element.is_table()) {
      tables.push_back(element.as_table());
    } else {
      RefuseAt(element.source(), absl::StrCat("'", key, "' must be written as [[", key, "]]"));
    }
  }
  return tables;
}

void TomlFields::RefuseOtherKeys() {
  for (auto&& [key, value] : table_) {
    const std::string name(key.str());
    if (std::ranges::count(known_keys_, name) > 0) continue;
    RefuseAt(key.source(), absl::StrCat("unknown key '", name, "'", DidYouMean(name, known_keys_)));
  }
}

}  // namespace racecourse::grader
