#include "framework/core/text.h"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <limits>
#include <string>

namespace racecourse {
namespace {

std::string Unsigned(std::uint64_t number) {
  char buffer[64];
  Text(buffer) << number;
  return buffer;
}
std::string Signed(std::int64_t number) {
  char buffer[64];
  Text(buffer) << number;
  return buffer;
}
std::string Hex(std::uint64_t number) {
  char buffer[64];
  Text(buffer).Hex(number);
  return buffer;
}

TEST(Text, BeginsEmpty) {
  char buffer[4] = "abc";
  const Text text(buffer);
  EXPECT_STREQ(buffer, "");
}

TEST(Text, JoinsWhatItIsGiven) {
  char buffer[64];
  Text(buffer) << "mutex#" << 3u << ' ' << -1 << ", " << std::uint64_t{7};
  EXPECT_STREQ(buffer, "mutex#3 -1, 7");
}

// The numbers around every power of two and of ten, against the C library.
TEST(Text, NumbersAreTheLibrarys) {
  std::vector<std::uint64_t> numbers = {0, std::numeric_limits<std::uint64_t>::max()};
  for (int bit = 0; bit < 64; ++bit) {
    for (int off = -1; off <= 1; ++off) numbers.push_back((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(off));
  }
  for (std::uint64_t power = 1, i = 0; i < 20; ++i, power *= 10) {
    for (int off = -1; off <= 1; ++off) numbers.push_back(power + static_cast<std::uint64_t>(off));
  }
  for (const std::uint64_t number : numbers) {
    char expected[64];
    std::snprintf(expected, sizeof expected, "%" PRIu64, number);
    EXPECT_EQ(Unsigned(number), expected);
    std::snprintf(expected, sizeof expected, "%" PRId64, static_cast<std::int64_t>(number));
    EXPECT_EQ(Signed(static_cast<std::int64_t>(number)), expected);
    std::snprintf(expected, sizeof expected, "0x%" PRIx64, number);
    EXPECT_EQ(Hex(number), expected);
  }
}

TEST(Text, WritesTheLeastNumber) {
  EXPECT_EQ(Signed(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

// Every capacity: the text is the longest prefix that fits, ends in NUL, and nothing behind it is touched.
TEST(Text, CutsWhatDoesNotFit) {
  const std::string whole = "lock mutex#12 -5 0xff";
  for (std::size_t capacity = 1; capacity <= whole.size() + 3; ++capacity) {
    std::string buffer(capacity + 8, '#');
    Text text(buffer.data(), capacity);
    text << "lock mutex#" << 12u << ' ' << -5 << ' ';
    text.Hex(255);
    EXPECT_EQ(std::string(buffer.c_str()), whole.substr(0, capacity - 1));
    EXPECT_EQ(buffer.substr(capacity), "########");
  }
}

// Once text is cut, what comes later may still fit byte by byte; the result is a prefix all the same.
TEST(Text, StaysCut) {
  char buffer[4];
  Text text(buffer);
  text << "abcd" << 'x';
  EXPECT_STREQ(buffer, "abc");
}

}  // namespace
}  // namespace racecourse
