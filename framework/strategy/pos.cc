#include "framework/strategy/pos.h"

namespace racecourse {

ThreadSlot Pos::PickEnabled(const ChoiceOfThread& choice) {
  ThreadSlot best = kNoThread;
  choice.enabled.ForEach([&](ThreadSlot slot) {
    if (best == kNoThread || priorities_[slot] > priorities_[best]) best = slot;
  });
  choice.enabled.ForEach([&](ThreadSlot slot) {
    if (slot == best || AreDependent(choice.pending[slot], choice.pending[best])) Redraw(slot);
  });
  return best;
}

}  // namespace racecourse
