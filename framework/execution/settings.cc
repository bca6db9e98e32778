#include "framework/execution/settings.h"

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "framework/core/order_text.h"

namespace racecourse {
namespace {

// Written once before main, constant afterwards.
Settings settings;
char replay_text[1 << 20];
char expected_output[4096];

const char* Apply(std::string_view key, std::string_view value) {
  std::uint64_t number = 0;
  if (key == "strategy") {
    return ParseStrategyName(value.data(), value.size(), &settings.strategy)
               ? nullptr
               : "unknown strategy; known: portfolio, random-walk, pct, pos";
  }
  if (key == "replay") {
    if (!CopyValue(value, replay_text)) return "the schedule to replay is too long";
    settings.replay = replay_text;
    return nullptr;
  }
  if (key == "expect_output") {
    if (!CopyValue(value, expected_output)) return "the path of the expected output is too long";
    settings.expected_output = expected_output;
    return nullptr;
  }
  if (key == "seconds") {
    char buffer[32] = {};
    if (value.empty() || value.size() >= sizeof buffer) return "seconds is not a number";
    std::memcpy(buffer, value.data(), value.size());
    char* end = nullptr;
    settings.seconds = std::strtod(buffer, &end);
    return *end == '\0' && settings.seconds >= 0 ? nullptr : "seconds is not a number";
  }
  if (!ReadNumber(value, &number)) return "a number was expected in RACECOURSE";
  if (key == "trace_fd") {
    settings.trace_fd = static_cast<int>(number);
  } else if (key == "schedules") {
    settings.schedules = number;
  } else if (key == "first") {
    settings.first = number;
  } else if (key == "seed") {
    settings.seed = number;
  } else if (key == "repeat") {
    settings.repeat = number > 0 ? static_cast<std::uint32_t>(number) : 1;
  } else if (key == "switch_by_system_call") {
    settings.switches_by_system_call = number != 0;
  } else if (key == "ignore_exit_status") {
    settings.ignores_exit_status = number != 0;
  } else if (key == "expect_status") {
    if (number > 255) return "an exit status is at most 255";
    settings.expected_status = static_cast<int>(number);
  } else if (key == "faults") {
    if (number > 31) return "unknown faults";
    settings.faults = static_cast<std::uint32_t>(number);
  } else if (key == "shares_files") {
    settings.shares_files = number != 0;
  } else if (key == "itineraries") {
    settings.itineraries = number;
  } else if (key == "output") {
    settings.shows_output = number != 0;
  } else {
    return "unknown key in RACECOURSE";
  }
  return nullptr;
}

}  // namespace

const Settings& TheSettings() { return settings; }

void ReadSettings(char** environment) {
  static constexpr std::string_view kName = "RACECOURSE=";
  for (char** entry = environment; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    if (text.substr(0, kName.size()) != kName) continue;
    text.remove_prefix(kName.size());
    settings.error = ReadOrders(text, Apply);
    // The program is not to see it.
    for (char** next = entry; *next != nullptr; ++next) next[0] = next[1];
    return;
  }
}

}  // namespace racecourse
