// The environment variable RACECOURSE, in which a program is told what to do: `key=value` pairs separated by `;`. Which
// keys there are, and what they mean, its readers say (execution/settings.h, carrier/orders.h).
//
// No allocation: it is read before any constructor of the program has run.
#ifndef RACECOURSE_CORE_ORDER_TEXT_H_
#define RACECOURSE_CORE_ORDER_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace racecourse {

// Digits alone, less than 10^19. False, with *number unspecified, for anything else.
inline bool ReadNumber(std::string_view text, std::uint64_t* number) {
  if (text.empty() || text.size() > 19) return false;
  *number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    *number = *number * 10 + static_cast<unsigned>(c - '0');
  }
  return true;
}

// Copies `value` with a terminating NUL. False if it does not fit.
template <std::size_t kCapacity>
bool CopyValue(std::string_view value, char (&to)[kCapacity]) {
  if (value.size() >= kCapacity) return false;
  std::memcpy(to, value.data(), value.size());
  to[value.size()] = '\0';
  return true;
}

// Calls apply(key, value) for each pair, which returns what is wrong with it, or null. Returns the last such word, null
// if all is well.
template <typename Apply>
const char* ReadOrders(std::string_view text, Apply apply) {
  const char* wrong = nullptr;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(';'));
    text.remove_prefix(item.size() < text.size() ? item.size() + 1 : item.size());
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    const char* error = equals == std::string_view::npos ? "an entry of RACECOURSE has no value"
                                                         : apply(item.substr(0, equals), item.substr(equals + 1));
    if (error != nullptr) wrong = error;
  }
  return wrong;
}

}  // namespace racecourse

#endif  // RACECOURSE_CORE_ORDER_TEXT_H_
