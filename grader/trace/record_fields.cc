#include "grader/trace/record_fields.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace racecourse::grader {
namespace {

constexpr std::size_t kStringBytesMax = 1 << 20;
constexpr std::size_t kFramesMax = 1024;

bool ParseHexAddress(const nlohmann::json& value, Address& address) {
  if (!value.is_string()) return false;
  const std::string& text = value.get_ref<const std::string&>();
  return absl::StartsWith(text, "0x") && text.size() <= 18 && absl::SimpleHexAtoi(text, &address);
}

}  // namespace

std::string WithoutControlCharacters(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) text[i] = '?';
    // U+0080 to U+009F, the second set of controls, are C2 80 to C2 9F.
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      text.replace(i, 2, "?");
    }
  }
  return text;
}

RecordFields::RecordFields(const nlohmann::json& object, std::string place, absl::Status& status)
    : object_(object), place_(std::move(place)), status_(status) {}

void RecordFields::Refuse(absl::string_view key, absl::string_view what_it_must_be) {
  if (!status_.ok()) return;
  status_ = absl::DataLossError(absl::StrCat(place_, ": '", key, "' must be ", what_it_must_be));
}

const nlohmann::json* RecordFields::Find(absl::string_view key) {
  if (!status_.ok()) return nullptr;
  const auto entry = object_.find(key);
  return entry == object_.end() || entry->is_null() ? nullptr : &*entry;
}

std::string RecordFields::RequiredString(absl::string_view key) {
  std::string text = String(key);
  if (text.empty()) Refuse(key, "a string that is not empty");
  return text;
}

std::string RecordFields::String(absl::string_view key) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return {};
  if (!value->is_string() || value->get_ref<const std::string&>().size() > kStringBytesMax) {
    Refuse(key, "a string of at most 1 MiB");
    return {};
  }
  return WithoutControlCharacters(value->get<std::string>());
}

std::optional<std::int64_t> RecordFields::OptionalInteger(absl::string_view key, std::int64_t low, std::int64_t high) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_unsigned() ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                                                : value->is_number_integer() && value->get<std::int64_t>() <= high;
  if (!fits || value->get<std::int64_t>() < low) {
    Refuse(key, absl::StrCat("an integer from ", low, " to ", high));
    return std::nullopt;
  }
  return value->get<std::int64_t>();
}

std::int64_t RecordFields::RequiredInteger(absl::string_view key, std::int64_t low, std::int64_t high) {
  const std::optional<std::int64_t> value = OptionalInteger(key, low, high);
  if (!value) Refuse(key, absl::StrCat("an integer from ", low, " to ", high));
  return value.value_or(low);
}

std::int64_t RecordFields::Integer(absl::string_view key, std::int64_t low, std::int64_t high) {
  return OptionalInteger(key, low, high).value_or(std::max<std::int64_t>(low, 0));
}

double RecordFields::NonNegativeNumber(absl::string_view key) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return 0;
  if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() < 0) {
    Refuse(key, "a number that is not negative");
    return 0;
  }
  return value->get<double>();
}

bool RecordFields::Boolean(absl::string_view key) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    Refuse(key, "true or false");
    return false;
  }
  return value->get<bool>();
}

Address RecordFields::HexAddress(absl::string_view key) {
  const nlohmann::json* value = Find(key);
  Address address = 0;
  if (value != nullptr && !ParseHexAddress(*value, address)) Refuse(key, "an address like \"0x401234\"");
  return address;
}

std::vector<Address> RecordFields::Frames(absl::string_view key) {
  std::vector<Address> frames;
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return frames;
  if (!value->is_array() || value->size() > kFramesMax) {
    Refuse(key, absl::StrCat("a list of at most ", kFramesMax, " addresses"));
    return frames;
  }
  for (const nlohmann::json& element : *value) {
    Address address = 0;
    if (!ParseHexAddress(element, address)) {
      Refuse(key, "a list of addresses like \"0x401234\"");
      return {};
    }
    frames.push_back(address);
  }
  return frames;
}

void RecordFields::ForEach(absl::string_view key, std::size_t count_max,
                           const std::function<void(RecordFields&)>& read) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_array() || value->size() > count_max) {
    Refuse(key, absl::StrCat("a list of at most ", count_max, " objects"));
    return;
  }
  for (const nlohmann::json& element : *value) {
    if (!element.is_object()) Refuse(key, "a list of objects");
    if (!status_.ok()) return;
    RecordFields fields(element, absl::StrCat(place_, ": ", key), status_);
    read(fields);
  }
}

bool RecordFields::IfObject(absl::string_view key, const std::function<void(RecordFields&)>& read) {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_object()) {
    Refuse(key, "an object or null");
    return false;
  }
  RecordFields fields(*value, absl::StrCat(place_, ": ", key), status_);
  read(fields);
  return true;
}

}  // namespace racecourse::grader
