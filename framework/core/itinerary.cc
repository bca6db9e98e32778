#include "framework/core/itinerary.h"

#include "framework/core/text.h"

namespace racecourse {
namespace {

bool ParseNumber(const char** text, std::uint64_t max, std::uint64_t* number) {
  if (**text < '0' || **text > '9') return false;
  *number = 0;
  for (; **text >= '0' && **text <= '9'; ++*text) {
    *number = *number * 10 + static_cast<unsigned>(**text - '0');
    if (*number > max) return false;
  }
  return true;
}

}  // namespace

void FormatArrival(const Arrival& arrival, const Arrival* before, char (&text)[kArrivalTextMax]) {
  Text out(text);
  out << arrival.thread << '.' << static_cast<std::uint32_t>(arrival.kind);
  if (arrival.outcome != Arrival::kNoOutcome) out << '.' << std::uint32_t{arrival.outcome};
  if (before == nullptr || before->now != arrival.now) out << '@' << arrival.now;
}

bool ParseArrival(const char** text, const Arrival* before, Arrival* arrival) {
  std::uint64_t number = 0;
  *arrival = Arrival();
  if (!ParseNumber(text, 0xffff'ffff, &number)) return false;
  arrival->thread = static_cast<std::uint32_t>(number);
  if (*(*text)++ != '.') return false;
  if (!ParseNumber(text, static_cast<std::uint64_t>(OperationKind::kTimeSlice), &number)) return false;
  arrival->kind = static_cast<OperationKind>(number);
  if (**text == '.') {
    ++*text;
    if (!ParseNumber(text, Arrival::kNoOutcome - 1, &number)) return false;
    arrival->outcome = static_cast<std::uint8_t>(number);
  }
  arrival->now = before != nullptr ? before->now : 0;
  if (**text == '@') {
    ++*text;
    if (!ParseNumber(text, std::uint64_t{1} << 62, &number)) return false;
    arrival->now = static_cast<std::int64_t>(number);
  }
  while (**text == ' ' || **text == '\n') ++*text;
  return true;
}

}  // namespace racecourse
