#include "framework/carrier/orders.h"

#include <stdlib.h>

#include <cstring>
#include <string_view>

namespace racecourse {
namespace {

Orders orders;
char itineraries_path[4096];

bool ReadNumber(std::string_view text, std::uint64_t* number) {
  if (text.empty() || text.size() > 18) return false;
  *number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    *number = *number * 10 + static_cast<unsigned>(c - '0');
  }
  return true;
}

const char* Apply(std::string_view key, std::string_view value) {
  if (key == "itineraries") {
    if (value.size() >= sizeof itineraries_path) return "the path of the itineraries is too long";
    std::memcpy(itineraries_path, value.data(), value.size());
    itineraries_path[value.size()] = '\0';
    orders.itineraries = itineraries_path;
    return nullptr;
  }
  std::uint64_t number = 0;
  if (!ReadNumber(value, &number)) return "a number was expected in RACECOURSE";
  if (key == "trace_fd") {
    orders.trace_fd = static_cast<int>(number);
  } else if (key == "plain_runs") {
    orders.plain_runs = number;
  } else if (key == "seed") {
    orders.seed = number;
  } else if (key == "milliseconds") {
    orders.milliseconds = number;
  } else {
    return "unknown key in RACECOURSE: this program is of the thread-sanitizer variant";
  }
  return nullptr;
}

__attribute__((constructor(101))) void Read() {
  const char* variable = getenv("RACECOURSE");
  if (variable == nullptr) return;
  std::string_view text = variable;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(';'));
    text.remove_prefix(item.size() < text.size() ? item.size() + 1 : item.size());
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    const char* error = equals == std::string_view::npos ? "an entry of RACECOURSE has no value"
                                                         : Apply(item.substr(0, equals), item.substr(equals + 1));
    if (error != nullptr) orders.error = error;
  }
  // The program is not to see it.
  unsetenv("RACECOURSE");
}

}  // namespace

const Orders& TheOrders() { return orders; }

}  // namespace racecourse
