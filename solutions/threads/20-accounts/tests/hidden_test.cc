// The tests that students do not see. As in the public ones, all that is expected holds in every
// schedule of a right program.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

SCHEDULE_TEST(SelfTransfer, ChangesNothing) {
  const auto bank = MakeBank({10, 3});
  EXPECT_TRUE(bank->transfer(0, 0, 4));
  EXPECT_EQ(bank->balance(0), 10);
  EXPECT_TRUE(bank->transfer(1, 1, 3));
  EXPECT_FALSE(bank->transfer(1, 1, 4)) << "the account does not hold that much";
  EXPECT_EQ(bank->balance(1), 3);
  EXPECT_EQ(bank->audit(), 13);
}

SCHEDULE_TEST(SelfTransfer, BesideAnother) {
  const auto bank = MakeBank({10, 0});
  std::thread ada([&] { EXPECT_TRUE(bank->transfer(0, 0, 5)); });
  std::thread ben([&] { EXPECT_TRUE(bank->transfer(0, 1, 2)); });
  ada.join();
  ben.join();
  EXPECT_EQ(bank->balance(0), 8);
  EXPECT_EQ(bank->balance(1), 2);
}

SCHEDULE_TEST(Opposite, TransfersDoNotBlockEachOther) {
  const auto bank = MakeBank({5, 5});
  std::thread ada([&] { EXPECT_TRUE(bank->transfer(0, 1, 2)); });
  std::thread ben([&] { EXPECT_TRUE(bank->transfer(1, 0, 4)); });
  ada.join();
  ben.join();
  EXPECT_EQ(bank->balance(0), 7);
  EXPECT_EQ(bank->balance(1), 3);
}

SCHEDULE_TEST(Ring, OfThreeDoesNotBlock) {
  const auto bank = MakeBank({5, 5, 5});
  std::thread ada([&] { EXPECT_TRUE(bank->transfer(0, 1, 1)); });
  std::thread ben([&] { EXPECT_TRUE(bank->transfer(1, 2, 2)); });
  std::thread eve([&] { EXPECT_TRUE(bank->transfer(2, 0, 3)); });
  ada.join();
  ben.join();
  eve.join();
  EXPECT_EQ(bank->balance(0), 7);
  EXPECT_EQ(bank->balance(1), 4);
  EXPECT_EQ(bank->balance(2), 4);
}

SCHEDULE_TEST(NeverNegative, TheLastMoneyIsSpentOnce) {
  const auto bank = MakeBank({5, 0, 0});
  bool first = false;
  bool second = false;
  std::thread ada([&] { first = bank->transfer(0, 1, 5); });
  std::thread ben([&] { second = bank->transfer(0, 2, 5); });
  ada.join();
  ben.join();
  EXPECT_NE(first, second) << "there was enough for exactly one of the two";
  EXPECT_EQ(bank->balance(0), 0);
  EXPECT_EQ(bank->balance(1), first ? 5 : 0);
  EXPECT_EQ(bank->balance(2), second ? 5 : 0);
}

SCHEDULE_TEST(NeverNegative, NobodySeesADebt) {
  const auto bank = MakeBank({5, 0});
  std::thread ada([&] { bank->transfer(0, 1, 4); });
  std::thread ben([&] { bank->transfer(0, 1, 3); });
  EXPECT_GE(bank->balance(0), 0);
  ada.join();
  ben.join();
  EXPECT_GE(bank->balance(0), 0);
  EXPECT_EQ(bank->audit(), 5);
}

SCHEDULE_TEST(Audit, CountsMovingMoneyOnce) {
  const auto bank = MakeBank({5, 5});
  std::thread ada([&] {
    bank->transfer(0, 1, 3);
    bank->transfer(0, 1, 2);
  });
  EXPECT_EQ(bank->audit(), 10);
  EXPECT_EQ(bank->audit(), 10);
  ada.join();
}

SCHEDULE_TEST(Audit, CountsMoneyOfTwoTransfersOnce) {
  const auto bank = MakeBank({1, 2, 4});
  std::thread ada([&] { bank->transfer(0, 1, 1); });
  std::thread ben([&] { bank->transfer(1, 2, 2); });
  EXPECT_EQ(bank->audit(), 7);
  ada.join();
  ben.join();
  EXPECT_EQ(bank->audit(), 7);
}

// Transfers that have no account in common need not wait for each other: some schedule must find both
// at the ledger.
SCHEDULE_TEST(Overlap, DisjointTransfersMeetAtTheLedger) {
  std::atomic<int> at_the_ledger{0};
  const auto bank = MakeBank({5, 5, 5, 5}, [&](std::size_t, std::size_t, std::int64_t) {
    const int together = at_the_ledger.fetch_add(1) + 1;
    SOMETIMES(together == 2);
    at_the_ledger.fetch_sub(1);
  });
  std::thread ada([&] { bank->transfer(0, 1, 1); });
  std::thread ben([&] { bank->transfer(2, 3, 1); });
  ada.join();
  ben.join();
  EXPECT_EQ(bank->audit(), 20);
}

}  // namespace
}  // namespace exercise
