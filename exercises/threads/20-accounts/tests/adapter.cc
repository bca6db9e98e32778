// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include "bank.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

class StudentBank final : public BankUnderTest {
 public:
  explicit StudentBank(std::vector<std::int64_t> balances) : bank_(std::move(balances)) {}
  StudentBank(std::vector<std::int64_t> balances, LedgerUnderTest ledger)
      : bank_(std::move(balances), std::move(ledger)) {}
  bool transfer(std::size_t from, std::size_t to, std::int64_t amount) override {
    return bank_.transfer(from, to, amount);
  }
  std::int64_t balance(std::size_t account) const override { return bank_.balance(account); }
  std::int64_t audit() const override { return bank_.audit(); }

 private:
  Bank bank_;
};

}  // namespace

std::unique_ptr<BankUnderTest> MakeBank(std::vector<std::int64_t> balances) {
  return std::make_unique<StudentBank>(std::move(balances));
}

std::unique_ptr<BankUnderTest> MakeBank(std::vector<std::int64_t> balances, LedgerUnderTest ledger) {
  return std::make_unique<StudentBank>(std::move(balances), std::move(ledger));
}

}  // namespace exercise
