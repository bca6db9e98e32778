// Convinces by golden strings for the format, by a round trip of random schedules, and by every way to be malformed.
#include "framework/core/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace racecourse {
namespace {

struct Content {
  std::vector<std::uint64_t> plain_points;
  std::vector<Deviation> deviations;
  friend bool operator==(const Content&, const Content&) = default;
};

// A Schedule is too large for a stack.
std::unique_ptr<Schedule> Make(const Content& content) {
  auto schedule = std::make_unique<Schedule>();
  schedule->plain_point_count = static_cast<std::uint32_t>(content.plain_points.size());
  std::copy(content.plain_points.begin(), content.plain_points.end(), schedule->plain_points);
  schedule->deviation_count = static_cast<std::uint32_t>(content.deviations.size());
  std::copy(content.deviations.begin(), content.deviations.end(), schedule->deviations);
  return schedule;
}

Content ContentOf(const Schedule& schedule) {
  return {{schedule.plain_points, schedule.plain_points + schedule.plain_point_count},
          {schedule.Deviations().begin(), schedule.Deviations().end()}};
}

std::string Format(const Content& content) {
  std::string text(200 + 12 * content.deviations.size() + 20 * content.plain_points.size(), '#');
  const std::size_t length = FormatSchedule(*Make(content), text.data(), text.size());
  EXPECT_GT(length, 0u);
  EXPECT_EQ(text[length], '\0');
  text.resize(length);
  return text;
}

// The error, "" if there is none. What the schedule held before must not matter.
std::string Parse(const std::string& text, Content* content = nullptr) {
  auto schedule = Make({.plain_points = {99}, .deviations = {{7, 7}, {8, 8}}});
  const char* error = ParseSchedule(text.c_str(), schedule.get());
  if (error == nullptr && content != nullptr) *content = ContentOf(*schedule);
  return error == nullptr ? "" : error;
}

struct Golden {
  const char* text;
  Content content;
};

const std::vector<Golden>& Goldens() {
  static const std::vector<Golden> goldens = {
      {"rc1:", {}},
      {"rc1:01", {{}, {{0, 1}}}},
      {"rc1:f1", {{}, {{15, 1}}}},
      {"rc1:g11", {{}, {{16, 1}}}},  // 16 = group 0 (more follow), group 1
      {"rc1:h12", {{}, {{17, 2}}}},
      {"rc1:gg10", {{}, {{256, 0}}}},
      {"rc1:0vf", {{}, {{0, 255}}}},
      {"rc1:0100", {{}, {{0, 1}, {1, 0}}}},
      {"rc1:010201", {{}, {{0, 1}, {1, 2}, {2, 1}}}},
      {"rc1:vvvvvvvf1", {{}, {{0xffffffff, 1}}}},
      {"rc1:@0:", {{0}, {}}},
      {"rc1:@1a2b:", {{0x1a2b}, {}}},
      {"rc1:@1a2b,ff00:31", {{0x1a2b, 0xff00}, {{3, 1}}}},
      {"rc1:@ffffffffffffffff:", {{0xffffffffffffffff}, {}}},
  };
  return goldens;
}

TEST(Schedule, FormatIsGolden) {
  for (const Golden& golden : Goldens()) EXPECT_EQ(Format(golden.content), golden.text);
}

TEST(Schedule, GoldensAreRead) {
  for (const Golden& golden : Goldens()) {
    Content content;
    EXPECT_EQ(Parse(golden.text, &content), "") << golden.text;
    EXPECT_EQ(content, golden.content) << golden.text;
  }
}

Content RandomContent(std::mt19937* random) {
  Content content;
  const std::size_t points = (*random)() % 3 == 0 ? (*random)() % (Schedule::kMaxPlainPoints + 1) : 0;
  for (std::size_t i = 0; i < points; ++i) {
    content.plain_points.push_back((std::uint64_t{(*random)()} << 32 | (*random)()) >> ((*random)() % 64));
  }
  std::sort(content.plain_points.begin(), content.plain_points.end());
  const std::size_t deviations = (*random)() % 60;
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < deviations; ++i) {
    next += (*random)() >> ((*random)() % 32);
    if (next > 0xffffffff) break;
    content.deviations.push_back({static_cast<std::uint32_t>(next), static_cast<std::uint8_t>((*random)())});
    ++next;
  }
  return content;
}

TEST(Schedule, RandomSchedulesSurviveTheRoundTrip) {
  constexpr unsigned kSeed = 19;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    const Content content = RandomContent(&random);
    const std::string text = Format(content);
    Content read;
    ASSERT_EQ(Parse(text, &read), "") << text;
    ASSERT_EQ(read, content) << text;
  }
}

// What a crash leaves behind may be any prefix; a student may paste one.
TEST(Schedule, EveryPrefixIsAScheduleOrAnError) {
  constexpr unsigned kSeed = 23;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 100; ++i) {
    const Content content = RandomContent(&random);
    const std::string text = Format(content);
    for (std::size_t length = 0; length < text.size(); ++length) {
      Content read;
      if (!Parse(text.substr(0, length), &read).empty()) continue;
      ASSERT_LE(read.deviations.size(), content.deviations.size());
      EXPECT_TRUE(std::equal(read.deviations.begin(), read.deviations.end(), content.deviations.begin())) << text;
    }
  }
}

TEST(Schedule, LongestScheduleSurvivesTheRoundTrip) {
  Content content;
  for (std::uint32_t i = 0; i < Schedule::kMaxDeviations; ++i) content.deviations.push_back({i * 2, 1});
  Content read;
  ASSERT_EQ(Parse(Format(content), &read), "");
  EXPECT_EQ(read, content);
}

TEST(Schedule, TextThatDoesNotFitIsRefusedAsAWhole) {
  const Content content = {{0x1a2b}, {{17, 2}, {300, 4}}};
  const std::string text = Format(content);
  for (std::size_t capacity = 0; capacity < text.size() + 3; ++capacity) {
    std::string buffer(text.size() + 8, '#');
    const std::size_t length = FormatSchedule(*Make(content), buffer.data(), capacity);
    EXPECT_EQ(length, capacity > text.size() ? text.size() : 0) << capacity;
    EXPECT_EQ(buffer.substr(capacity), std::string(buffer.size() - capacity, '#')) << capacity;
  }
}

TEST(Schedule, MalformedTextIsRefusedInWords) {
  const char* const kPrefix = "a schedule begins with rc1:";
  const char* const kCut = "the schedule is cut short or has a bad digit";
  const char* const kOffset = "the schedule has an instruction offset that is not hexadecimal";
  const char* const kColon = "the list of instructions in the schedule does not end with a colon";
  const char* const kLong = "the schedule is too long";
  std::string too_many_points = "rc1:@0";
  for (std::size_t i = 0; i < Schedule::kMaxPlainPoints; ++i) too_many_points += ",1";
  std::string too_many_deviations = "rc1:";
  for (std::size_t i = 0; i <= Schedule::kMaxDeviations; ++i) too_many_deviations += "01";
  const std::pair<std::string, std::string> cases[] = {
      {"", kPrefix},
      {"r", kPrefix},
      {"rc1", kPrefix},
      {"rc2:01", kPrefix},
      {"RC1:01", kPrefix},
      {" rc1:01", kPrefix},
      {"rc1:0", kCut},  // a skip without its value
      {"rc1:g", kCut},  // a group that promises another
      {"rc1:0g", kCut},
      {"rc1:0w", kCut},  // a digit that does not exist
      {"rc1:0A", kCut},
      {"rc1:01 ", kCut},
      {"rc1:01\n", kCut},
      {"rc1:-1", kCut},
      {"rc1:01:01", kCut},
      {"rc1:0h@", kCut},
      {"rc1:\xff\xfe", kCut},
      {"rc1:vvvvvvvv11", kCut},   // more than 32 bits
      {"rc1:ggggggggg01", kCut},  // more groups than a number has
      {"rc1:0gg1", "the schedule names a thread over 255"},
      {"rc1:@", kOffset},
      {"rc1:@:", kOffset},
      {"rc1:@,1:", kOffset},
      {"rc1:@1,:", kOffset},
      {"rc1:@g:", kOffset},
      {"rc1:@1g:", kColon},
      {"rc1:@1", kColon},
      {"rc1:@1;", kColon},
      {"rc1:@10000000000000000:", kColon},  // 17 digits
      {too_many_points + ":", "the schedule names too many instructions"},
      {too_many_deviations, kLong},
      {"rc1:vvvvvvvf100", kLong},  // a choice beyond 32 bits
      {"rc1:0vvvvvvvf", "the schedule names a thread over 255"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(Parse(text), error) << text.substr(0, 60);
}

// Nothing that is not read is taken for good: a random text is refused or means what its canonical form means.
TEST(Schedule, RandomTextIsRefusedOrUnderstood) {
  constexpr unsigned kSeed = 29;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  constexpr char kAlphabet[] = "0123456789abcdefghijklmnopqrstuvw@,: ";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "rc1:";
    const unsigned length = random() % 12;
    for (unsigned j = 0; j < length; ++j) text += kAlphabet[random() % (sizeof kAlphabet - 1)];
    Content read;
    if (!Parse(text, &read).empty()) continue;
    Content again;
    ASSERT_EQ(Parse(Format(read), &again), "") << text;
    ASSERT_EQ(again, read) << text;
    for (std::size_t j = 1; j < read.deviations.size(); ++j) {
      ASSERT_LT(read.deviations[j - 1].choice, read.deviations[j].choice) << text;
    }
  }
}

}  // namespace
}  // namespace racecourse
