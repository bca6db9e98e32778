#include "framework/carrier/orders.h"

#include <stdlib.h>

#include <string_view>

#include "framework/core/order_text.h"

namespace racecourse {
namespace {

Orders orders;
char itineraries_path[4096];
char stops_path[4096];

const char* Apply(std::string_view key, std::string_view value) {
  if (key == "itineraries") {
    if (!CopyValue(value, itineraries_path)) return "the path of the itineraries is too long";
    orders.itineraries = itineraries_path;
    return nullptr;
  }
  if (key == "stops") {
    if (!CopyValue(value, stops_path)) return "the path of the stops is too long";
    orders.stops = stops_path;
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
    return "unknown key in RACECOURSE: this program is of a sanitizer's variant";
  }
  return nullptr;
}

__attribute__((constructor(101))) void Read() {
  const char* variable = getenv("RACECOURSE");
  if (variable == nullptr) return;
  orders.error = ReadOrders(variable, Apply);
  // The program is not to see it.
  unsetenv("RACECOURSE");
}

}  // namespace

const Orders& TheOrders() { return orders; }

}  // namespace racecourse
