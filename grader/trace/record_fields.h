#ifndef RACECOURSE_GRADER_TRACE_RECORD_FIELDS_H_
#define RACECOURSE_GRADER_TRACE_RECORD_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grader/trace/trace.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {

// Takes typed, bounded fields out of one JSON object that nobody vouches for. The first thing that is wrong is
// remembered in `status`; from then on every field reads as empty, so a reader asks for all fields and looks once.
class RecordFields {
 public:
  // `place` begins the error message, e.g. "trace line 7: finding". Borrows both objects.
  RecordFields(const nlohmann::json& object, std::string place, absl::Status& status);

  std::string RequiredString(absl::string_view key);
  std::string String(absl::string_view key);  // absent or null: ""
  std::int64_t RequiredInteger(absl::string_view key, std::int64_t low, std::int64_t high);
  std::int64_t Integer(absl::string_view key, std::int64_t low,
                       std::int64_t high);  // absent or null: 0, or `low` above it
  std::optional<std::int64_t> OptionalInteger(absl::string_view key, std::int64_t low, std::int64_t high);
  double NonNegativeNumber(absl::string_view key);
  bool Boolean(absl::string_view key);
  Address HexAddress(absl::string_view key);  // "0x…"; absent or null: 0
  std::vector<Address> Frames(absl::string_view key);
  // Calls `read` for every object of the list; absent or null: an empty list.
  void ForEach(absl::string_view key, std::size_t count_max, const std::function<void(RecordFields&)>& read);
  // Calls `read` when the key holds an object.
  bool IfObject(absl::string_view key, const std::function<void(RecordFields&)>& read);

  void Refuse(absl::string_view key, absl::string_view what_it_must_be);

 private:
  const nlohmann::json* Find(absl::string_view key);

  const nlohmann::json& object_;
  std::string place_;
  absl::Status& status_;
};

// Replaces what could act on a terminal (escape sequences, other control characters) by '?'; keeps new lines and tabs.
std::string WithoutControlCharacters(std::string text);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_TRACE_RECORD_FIELDS_H_
