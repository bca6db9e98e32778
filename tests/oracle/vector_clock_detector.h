// A second opinion: happens-before by vector clocks, event by event, in the plainest way that works (full clocks per
// byte, no epochs, no shadow memory). It shares no code with the oracle, so that each checks the other; and it can be
// built with a known flaw, so that we know that the small programs are enough to notice one.
//
// Source: Pozniansky and Schuster, "Efficient on-the-fly data race detection", PPoPP 2003 (Djit+), extended to atomics
// and fences by the rules of C++20.
#ifndef TESTS_ORACLE_VECTOR_CLOCK_DETECTOR_H_
#define TESTS_ORACLE_VECTOR_CLOCK_DETECTOR_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/oracle/detector.h"

namespace racecourse::oracle {

// Ways to be wrong, each of which some real detector was once.
enum class Flaw {
  kNone,
  kGranulesInsteadOfBytes,     // two accesses to one 8-byte granule conflict even where they do not overlap
  kForgetsSecondGranule,       // an access that lies across a granule's end is checked in the first granule only
  kKeepsOneReader,             // a read replaces another thread's earlier read
  kLaterWriteHidesPart,        // a small write replaces all that is known of a larger one before it
  kAtomicsRaceWithEachOther,   // atomic accesses conflict with one another
  kAtomicsNeverRace,           // atomic accesses do not conflict with plain ones
  kRelaxedStoreReleases,       // a relaxed store publishes the thread's clock
  kRelaxedLoadAcquires,        // a relaxed load joins the store's clock
  kRelaxedStoreKeepsClock,     // a relaxed store leaves what an earlier release store published
  kOwnStoreContinuesSequence,  // a relaxed store by the releasing thread continues its release sequence, as in C++11
  kRmwEndsSequence,            // a read-modify-write does not continue a release sequence
  kIgnoresAcquireFences,
  kIgnoresReleaseFences,
  kFenceOrdersLaterThings,   // a release fence publishes what comes after it too
  kSeqCstFencesSynchronize,  // two seq_cst fences are ordered without any atomic between them
  kOneMutex,                 // all mutexes are one
  kIgnoresJoin,
  kIgnoresCreate,
  kEnd,  // the number of flaws
};

std::string FlawName(Flaw flaw);

class VectorClockDetector : public RaceDetector {
 public:
  explicit VectorClockDetector(Flaw flaw = Flaw::kNone) : flaw_(flaw) {}

  void Begin(int threads) override;
  bool Apply(const Event& event) override;

 private:
  using Clock = std::vector<int>;  // [thread]: how many of its events are ordered before

  struct Thread {
    Clock now;
    Clock at_acquire_fence;  // what relaxed loads have seen; an acquire fence makes it ours
    Clock at_release_fence;  // ours at the latest release fence; relaxed stores publish it; empty if there was none
  };
  // The latest access of each kind by each thread: clock values, 0 for none.
  struct Byte {
    Clock plain_reads, plain_writes, atomic_reads, atomic_writes;
  };
  struct AtomicObject {
    Clock released;     // what an acquire operation that reads it now learns
    int releaser = -1;  // the thread of the latest release operation
  };

  bool Has(Flaw flaw) const { return flaw_ == flaw; }
  void Join(Clock& into, const Clock& from) const;
  bool IsOrdered(const Clock& accesses, const Clock& now) const;
  bool CheckAndRemember(int thread, const Instruction& what);
  void PerformAtomic(int thread, const Instruction& what);
  void PerformFence(Thread& thread, const Instruction& what);

  Flaw flaw_;
  int threads_ = 0;
  std::vector<Thread> thread_;
  std::map<std::uint64_t, Byte> bytes_;
  std::map<std::uint64_t, AtomicObject> atomics_;
  std::map<std::uint64_t, Clock> mutexes_;
  Clock seq_cst_fences_;  // of kSeqCstFencesSynchronize
};

}  // namespace racecourse::oracle

#endif  // TESTS_ORACLE_VECTOR_CLOCK_DETECTOR_H_
