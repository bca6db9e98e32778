// Convinces by golden strings, by a round trip, and by the ways to be malformed.
#include "framework/core/itinerary.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace racecourse {
namespace {

std::string Format(const std::vector<Arrival>& arrivals) {
  std::string text;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    char entry[kArrivalTextMax];
    FormatArrival(arrivals[i], i > 0 ? &arrivals[i - 1] : nullptr, entry);
    if (i > 0) text += ' ';
    text += entry;
  }
  return text;
}

bool Parse(const std::string& text, std::vector<Arrival>* arrivals) {
  const char* rest = text.c_str();
  while (*rest != '\0') {
    Arrival arrival;
    if (!ParseArrival(&rest, arrivals->empty() ? nullptr : &arrivals->back(), &arrival)) return false;
    arrivals->push_back(arrival);
  }
  return true;
}

constexpr Arrival At(std::int64_t now, std::uint32_t thread, OperationKind kind,
                     std::uint8_t outcome = Arrival::kNoOutcome) {
  return {.now = now, .thread = thread, .kind = kind, .outcome = outcome};
}

TEST(Itinerary, SaysTheTimeOnlyWhereItPasses) {
  EXPECT_EQ(Format({At(50, 0, OperationKind::kThreadStart), At(50, 0, OperationKind::kThreadCreate),
                    At(70, 12, OperationKind::kConditionWait, 2)}),
            "0.1@50 0.2 12.10.2@70");
}

TEST(Itinerary, IsReadAsItWasWritten) {
  const std::vector<Arrival> arrivals = {At(0, 0, OperationKind::kThreadStart),
                                         At(1'893'456'000'000'000'000, 4'000'000'000, OperationKind::kTimeSlice),
                                         At(1'893'456'000'000'000'000, 1, OperationKind::kOnce, 0),
                                         At(1'893'456'000'000'000'001, 1, OperationKind::kFutexWait, 254)};
  std::vector<Arrival> read;
  ASSERT_TRUE(Parse(Format(arrivals), &read));
  EXPECT_EQ(read, arrivals);
}

TEST(Itinerary, MayEndWithItsLine) {
  std::vector<Arrival> read;
  ASSERT_TRUE(Parse("0.1@0 1.6\n", &read));
  EXPECT_EQ(read.size(), 2u);
}

TEST(Itinerary, IsRefusedWhenMalformed) {
  for (const char* text : {"0", "0.", "a.1", "0.1.", "0.1@", "0.250", "0.1.255", "99999999999.1", "0.1x 0.2", "-1.1"}) {
    std::vector<Arrival> read;
    EXPECT_FALSE(Parse(text, &read)) << text;
  }
}

}  // namespace
}  // namespace racecourse
