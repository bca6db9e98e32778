// A small, fast, seeded generator: the same numbers on every machine. Source: Blackman and Vigna, "Scrambled Linear
// Pseudorandom Number Generators" (2021), xoroshiro128+ seeded by splitmix64. Not for cryptography.
#ifndef RACECOURSE_CORE_RANDOM_H_
#define RACECOURSE_CORE_RANDOM_H_

#include <cstdint>

namespace racecourse {

// One round of splitmix64: turns neighbouring seeds into unrelated ones.
inline std::uint64_t MixSeed(std::uint64_t seed) {
  seed += 0x9e3779b97f4a7c15u;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebu;
  return seed ^ (seed >> 31);
}

class Random {
 public:
  Random() { Seed(0); }
  explicit Random(std::uint64_t seed) { Seed(seed); }

  void Seed(std::uint64_t seed) {
    low_ = MixSeed(seed);
    high_ = MixSeed(low_);
  }

  std::uint64_t Next() {
    const std::uint64_t low = low_;
    std::uint64_t high = high_;
    const std::uint64_t result = low + high;
    high ^= low;
    low_ = ((low << 24) | (low >> 40)) ^ high ^ (high << 16);
    high_ = (high << 37) | (high >> 27);
    return result;
  }

  // A number below `bound`; its bias is below bound / 2^32.   REQUIRES: 0 < bound.
  std::uint32_t Below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((Next() >> 32) * std::uint64_t{bound}) >> 32);
  }

 private:
  std::uint64_t low_;
  std::uint64_t high_;
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_RANDOM_H_
