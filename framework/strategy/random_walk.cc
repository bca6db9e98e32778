#include "framework/strategy/random_walk.h"

namespace racecourse {

void RandomWalk::BeginExecution(std::uint64_t seed) {
  RandomizedStrategy::BeginExecution(seed);
  static constexpr std::uint32_t kMasks[] = {0, 1, 3, 7};
  switch_mask_ = kMasks[random_.Below(4)];
}

ThreadSlot RandomWalk::PickEnabled(const ChoiceOfThread& choice) {
  const std::uint64_t bits = random_.Next();
  if (choice.current != kNoThread && (bits & switch_mask_) != 0) return choice.current;
  const unsigned size = choice.enabled.Size();
  return choice.enabled.Nth(static_cast<unsigned>(((bits >> 32) * size) >> 32));
}

}  // namespace racecourse
