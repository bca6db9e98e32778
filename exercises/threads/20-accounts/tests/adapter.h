// What the tests know about a submission: this interface, never the student's header itself.

#ifndef ACCOUNTS_ADAPTER_H_
#define ACCOUNTS_ADAPTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace exercise {

using LedgerUnderTest = std::function<void(std::size_t from, std::size_t to, std::int64_t amount)>;

class BankUnderTest {
 public:
  virtual ~BankUnderTest() = default;
  virtual bool transfer(std::size_t from, std::size_t to, std::int64_t amount) = 0;
  virtual std::int64_t balance(std::size_t account) const = 0;
  virtual std::int64_t audit() const = 0;
};

std::unique_ptr<BankUnderTest> MakeBank(std::vector<std::int64_t> balances);
std::unique_ptr<BankUnderTest> MakeBank(std::vector<std::int64_t> balances, LedgerUnderTest ledger);

}  // namespace exercise

#endif  // ACCOUNTS_ADAPTER_H_
