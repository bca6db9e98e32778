// Convinces by random operations on two sets beside std::set, all observers compared after each.
#include "framework/core/thread_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <vector>

namespace racecourse {
namespace {

using Model = std::set<ThreadSlot>;

void ExpectEqual(const ThreadSet& set, const Model& model) {
  ASSERT_EQ(set.Size(), model.size());
  ASSERT_EQ(set.Empty(), model.empty());
  ASSERT_EQ(set.IsSingleton(), model.size() == 1);
  ASSERT_EQ(set.First(), model.empty() ? kNoThread : *model.begin());
  std::vector<ThreadSlot> visited;
  set.ForEach([&](ThreadSlot slot) { visited.push_back(slot); });
  ASSERT_EQ(visited, std::vector<ThreadSlot>(model.begin(), model.end()));
  for (unsigned n = 0; n < visited.size(); ++n) ASSERT_EQ(set.Nth(n), visited[n]);
  for (ThreadSlot slot = 0; slot < kMaxThreads; ++slot) ASSERT_EQ(set.Contains(slot), model.contains(slot));
}

bool Intersect(const Model& a, const Model& b) {
  return std::any_of(a.begin(), a.end(), [&](ThreadSlot slot) { return b.contains(slot); });
}

TEST(ThreadSet, BehavesAsASetOfNumbers) {
  constexpr unsigned kSeed = 11;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  ThreadSet sets[2];
  Model models[2];
  for (int step = 0; step < 20'000; ++step) {
    const unsigned which = random() % 2;
    ThreadSet& set = sets[which];
    Model& model = models[which];
    // Small slots are what programs have; the whole range, what the words of the bitmap must survive.
    const ThreadSlot slot = random() % (random() % 2 != 0 ? 6 : kMaxThreads);
    switch (random() % 16) {
      case 0:
        set.Clear();
        model.clear();
        break;
      case 1:
        set.AddAll(sets[1 - which]);
        model.insert(models[1 - which].begin(), models[1 - which].end());
        break;
      case 2: {
        set.RemoveAll(sets[1 - which]);
        std::erase_if(model, [&](ThreadSlot s) { return models[1 - which].contains(s); });
        break;
      }
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
        set.Remove(slot);
        model.erase(slot);
        break;
      default:
        set.Add(slot);
        model.insert(slot);
    }
    ExpectEqual(set, model);
    ASSERT_EQ(sets[0].Intersects(sets[1]), Intersect(models[0], models[1]));
  }
}

TEST(ThreadSet, EverySlotAlone) {
  for (ThreadSlot slot = 0; slot < kMaxThreads; ++slot) {
    ThreadSet set;
    set.Add(slot);
    ExpectEqual(set, {slot});
    set.Remove(slot);
    ExpectEqual(set, {});
  }
}

TEST(ThreadSet, AllSlots) {
  ThreadSet set;
  Model model;
  for (ThreadSlot slot = 0; slot < kMaxThreads; ++slot) {
    set.Add(slot);
    model.insert(slot);
  }
  ExpectEqual(set, model);
}

}  // namespace
}  // namespace racecourse
