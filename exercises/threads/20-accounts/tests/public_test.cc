// The tests you can read. Each body runs once per schedule: the framework decides again and again,
// and differently each time, which thread moves next. What a body expects is true in every schedule
// of a right program; it never depends on who was quicker.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

SCHEDULE_TEST(Rules, ATransferMovesMoney) {
  const auto bank = MakeBank({10, 0, 1});
  EXPECT_TRUE(bank->transfer(0, 1, 4));
  EXPECT_EQ(bank->balance(0), 6);
  EXPECT_EQ(bank->balance(1), 4);
  EXPECT_TRUE(bank->transfer(1, 2, 4)) << "an account may be emptied";
  EXPECT_EQ(bank->balance(1), 0);
  EXPECT_EQ(bank->balance(2), 5);
  EXPECT_EQ(bank->audit(), 11);
}

SCHEDULE_TEST(Rules, NoAccountIsOverdrawn) {
  const auto bank = MakeBank({10, 0});
  EXPECT_FALSE(bank->transfer(0, 1, 11));
  EXPECT_EQ(bank->balance(0), 10);
  EXPECT_EQ(bank->balance(1), 0);
  EXPECT_TRUE(bank->transfer(0, 1, 10));
  EXPECT_FALSE(bank->transfer(0, 1, 1));
  EXPECT_EQ(bank->audit(), 10);
}

SCHEDULE_TEST(Rules, NegativeAmountsAreRefused) {
  const auto bank = MakeBank({10, 10});
  EXPECT_FALSE(bank->transfer(0, 1, -3)) << "this would be a transfer the other way";
  EXPECT_EQ(bank->balance(0), 10);
  EXPECT_EQ(bank->balance(1), 10);
  EXPECT_TRUE(bank->transfer(0, 1, 0));
}

SCHEDULE_TEST(Rules, TheLedgerKnowsWhatHappened) {
  std::vector<std::string> lines;
  const auto bank = MakeBank({10, 0, 0}, [&lines](std::size_t from, std::size_t to, std::int64_t amount) {
    lines.push_back(std::to_string(from) + ">" + std::to_string(to) + ":" + std::to_string(amount));
  });
  bank->transfer(0, 1, 7);
  bank->transfer(0, 2, 7);
  bank->transfer(1, 2, 5);
  EXPECT_EQ(lines, (std::vector<std::string>{"0>1:7", "1>2:5"})) << "one line for each that succeeded";
}

SCHEDULE_TEST(Transfers, FromTheSameAccount) {
  const auto bank = MakeBank({10, 0});
  std::thread ada([&] { EXPECT_TRUE(bank->transfer(0, 1, 3)); });
  std::thread ben([&] { EXPECT_TRUE(bank->transfer(0, 1, 4)); });
  ada.join();
  ben.join();
  EXPECT_EQ(bank->balance(0), 3);
  EXPECT_EQ(bank->balance(1), 7);
}

SCHEDULE_TEST(Transfers, InAChain) {
  const auto bank = MakeBank({5, 5, 5});
  std::thread ada([&] { EXPECT_TRUE(bank->transfer(0, 1, 3)); });
  std::thread ben([&] { EXPECT_TRUE(bank->transfer(1, 2, 4)); });
  ada.join();
  ben.join();
  EXPECT_EQ(bank->balance(0), 2);
  EXPECT_EQ(bank->balance(1), 4);
  EXPECT_EQ(bank->balance(2), 9);
  EXPECT_EQ(bank->audit(), 15);
}

SCHEDULE_TEST(Transfers, WhileSomebodyAsksForTheBalance) {
  const auto bank = MakeBank({5, 0});
  std::thread ada([&] { bank->transfer(0, 1, 3); });
  const std::int64_t seen = bank->balance(0);
  EXPECT_TRUE(seen == 5 || seen == 2) << "seen: " << seen;
  ada.join();
  EXPECT_EQ(bank->balance(0), 2);
}

// Both transfers use account 1, so they must come one after the other, the ledger included.
SCHEDULE_TEST(Ledger, HasAnAccountForItselfWhileItIsWritten) {
  std::array<std::atomic<int>, 3> writing{};
  std::atomic<int> lines{0};
  const auto bank = MakeBank({5, 5, 5}, [&](std::size_t from, std::size_t to, std::int64_t) {
    for (const std::size_t account : {from, to}) {
      EXPECT_EQ(writing[account].fetch_add(1), 0) << "two lines about account " << account << " at once";
    }
    ++lines;
    for (const std::size_t account : {from, to}) writing[account].fetch_sub(1);
  });
  std::thread ada([&] { bank->transfer(0, 1, 1); });
  std::thread ben([&] { bank->transfer(1, 2, 1); });
  ada.join();
  ben.join();
  EXPECT_EQ(lines.load(), 2);
}

}  // namespace
}  // namespace exercise
