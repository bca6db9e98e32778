// What the tests know about a submission: a ring of items behind virtual functions, never the student's header itself.

#ifndef SHM_RING_ADAPTER_H_
#define SHM_RING_ADAPTER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace exercise {

// Two numbers that belong together: an item that was read too early shows.
struct Item {
  std::uint32_t number;
  std::uint32_t twice;
};

class RingUnderTest {
 public:
  virtual ~RingUnderTest() = default;
  virtual bool TryPush(std::uint32_t number) = 0;
  virtual std::optional<Item> TryPop() = 0;
  virtual bool Push(std::uint32_t number) = 0;
  virtual std::optional<Item> Pop() = 0;
  virtual std::optional<Item> PopFor(std::chrono::milliseconds timeout) = 0;
  virtual bool PeerDied() const = 0;
  virtual void Unlink() = 0;
};

std::unique_ptr<RingUnderTest> Create(const std::string& name, std::uint32_t capacity, std::uint32_t first = 0);
// Nothing if there is no such ring, or not yet.
std::unique_ptr<RingUnderTest> Attach(const std::string& name);

}  // namespace exercise

#endif  // SHM_RING_ADAPTER_H_
