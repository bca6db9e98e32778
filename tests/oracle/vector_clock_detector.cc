#include "tests/oracle/vector_clock_detector.h"

#include <algorithm>

namespace racecourse::oracle {

std::string FlawName(Flaw flaw) {
  switch (flaw) {
    case Flaw::kNone:
      return "None";
    case Flaw::kGranulesInsteadOfBytes:
      return "GranulesInsteadOfBytes";
    case Flaw::kForgetsSecondGranule:
      return "ForgetsSecondGranule";
    case Flaw::kKeepsOneReader:
      return "KeepsOneReader";
    case Flaw::kLaterWriteHidesPart:
      return "LaterWriteHidesPart";
    case Flaw::kAtomicsRaceWithEachOther:
      return "AtomicsRaceWithEachOther";
    case Flaw::kAtomicsNeverRace:
      return "AtomicsNeverRace";
    case Flaw::kRelaxedStoreReleases:
      return "RelaxedStoreReleases";
    case Flaw::kRelaxedLoadAcquires:
      return "RelaxedLoadAcquires";
    case Flaw::kRelaxedStoreKeepsClock:
      return "RelaxedStoreKeepsClock";
    case Flaw::kOwnStoreContinuesSequence:
      return "OwnStoreContinuesSequence";
    case Flaw::kRmwEndsSequence:
      return "RmwEndsSequence";
    case Flaw::kIgnoresAcquireFences:
      return "IgnoresAcquireFences";
    case Flaw::kIgnoresReleaseFences:
      return "IgnoresReleaseFences";
    case Flaw::kFenceOrdersLaterThings:
      return "FenceOrdersLaterThings";
    case Flaw::kSeqCstFencesSynchronize:
      return "SeqCstFencesSynchronize";
    case Flaw::kOneMutex:
      return "OneMutex";
    case Flaw::kIgnoresJoin:
      return "IgnoresJoin";
    case Flaw::kIgnoresCreate:
      return "IgnoresCreate";
    case Flaw::kEnd:
      break;
  }
  return "?";
}

void VectorClockDetector::Begin(int threads) {
  threads_ = threads;
  const Clock zero(threads, 0);
  thread_.assign(threads, {zero, zero, {}});
  bytes_.clear();
  atomics_.clear();
  mutexes_.clear();
  seq_cst_fences_ = zero;
}

void VectorClockDetector::Join(Clock& into, const Clock& from) const {
  if (into.empty()) into.assign(threads_, 0);
  if (from.empty()) return;
  for (int i = 0; i < threads_; ++i) into[i] = std::max(into[i], from[i]);
}

bool VectorClockDetector::IsOrdered(const Clock& accesses, const Clock& now) const {
  if (accesses.empty()) return true;
  for (int i = 0; i < threads_; ++i) {
    if (accesses[i] > now[i]) return false;
  }
  return true;
}

bool VectorClockDetector::Apply(const Event& event) {
  Thread& thread = thread_[event.thread];
  const Instruction& what = event.what;
  ++thread.now[event.thread];
  // What an acquire operation reads from happens before the operation itself: learn first, then check.
  if (what.IsAtomic()) PerformAtomic(event.thread, what);
  const bool races = what.IsAccess() && CheckAndRemember(event.thread, what);
  switch (what.operation) {
    case Operation::kRead:
    case Operation::kWrite:
      break;
    case Operation::kAtomicLoad:
    case Operation::kAtomicStore:
    case Operation::kAtomicRmw:
      break;
    case Operation::kFence:
      PerformFence(thread, what);
      break;
    case Operation::kLock:
      Join(thread.now, mutexes_[Has(Flaw::kOneMutex) ? 0 : what.object]);
      break;
    case Operation::kUnlock:
      mutexes_[Has(Flaw::kOneMutex) ? 0 : what.object] = thread.now;
      break;
    case Operation::kCreate:
      if (!Has(Flaw::kIgnoresCreate)) Join(thread_[what.object].now, thread.now);
      break;
    case Operation::kJoin:
      if (!Has(Flaw::kIgnoresJoin)) Join(thread.now, thread_[what.object].now);
      break;
  }
  return races;
}

bool VectorClockDetector::CheckAndRemember(int thread, const Instruction& what) {
  const Clock& now = thread_[thread].now;
  std::uint64_t begin = what.object, end = what.object + what.size;
  if (Has(Flaw::kGranulesInsteadOfBytes)) {
    begin = begin / 8 * 8;
    end = (end + 7) / 8 * 8;
  }
  if (Has(Flaw::kForgetsSecondGranule)) end = std::min(end, begin / 8 * 8 + 8);

  bool races = false;
  for (std::uint64_t address = begin; address < end; ++address) {
    Byte& byte = bytes_[address];
    const bool may_race_with_plain = !(Has(Flaw::kAtomicsNeverRace) && what.IsAtomic());
    const bool may_race_with_atomic =
        what.IsAtomic() ? Has(Flaw::kAtomicsRaceWithEachOther) : !Has(Flaw::kAtomicsNeverRace);
    if (may_race_with_plain && !IsOrdered(byte.plain_writes, now)) races = true;
    if (may_race_with_atomic && !IsOrdered(byte.atomic_writes, now)) races = true;
    if (what.Modifies()) {
      if (may_race_with_plain && !IsOrdered(byte.plain_reads, now)) races = true;
      if (may_race_with_atomic && !IsOrdered(byte.atomic_reads, now)) races = true;
    }
    Clock& mine = what.IsAtomic() ? (what.Modifies() ? byte.atomic_writes : byte.atomic_reads)
                                  : (what.Modifies() ? byte.plain_writes : byte.plain_reads);
    if (mine.empty() || (Has(Flaw::kKeepsOneReader) && !what.Modifies())) mine.assign(threads_, 0);
    mine[thread] = now[thread];
  }
  if (Has(Flaw::kLaterWriteHidesPart) && what.operation == Operation::kWrite) {
    for (std::uint64_t address = begin / 8 * 8; address < (end + 7) / 8 * 8; ++address) {
      if (address < begin || address >= end) bytes_.erase(address);
    }
  }
  return races;
}

void VectorClockDetector::PerformAtomic(int index, const Instruction& what) {
  Thread& thread = thread_[index];
  AtomicObject& object = atomics_[what.object];
  if (what.Reads()) {
    const bool acquires = what.IsAcquire() || Has(Flaw::kRelaxedLoadAcquires);
    Join(acquires ? thread.now : thread.at_acquire_fence, object.released);
  }
  if (!what.Modifies()) return;
  const bool releases = what.IsRelease() || Has(Flaw::kRelaxedStoreReleases);
  const bool continues_sequence = (what.operation == Operation::kAtomicRmw && !Has(Flaw::kRmwEndsSequence)) ||
                                  (!releases && Has(Flaw::kRelaxedStoreKeepsClock)) ||
                                  (!releases && Has(Flaw::kOwnStoreContinuesSequence) && object.releaser == index);
  if (!continues_sequence) object.released.clear();
  const bool publishes_all = releases || (Has(Flaw::kFenceOrdersLaterThings) && !thread.at_release_fence.empty());
  Join(object.released, publishes_all ? thread.now : thread.at_release_fence);
  if (releases) object.releaser = index;
}

void VectorClockDetector::PerformFence(Thread& thread, const Instruction& what) {
  if (Has(Flaw::kSeqCstFencesSynchronize) && what.order == std::memory_order_seq_cst) {
    Join(thread.now, seq_cst_fences_);
    seq_cst_fences_ = thread.now;
  }
  if (what.IsAcquire() && !Has(Flaw::kIgnoresAcquireFences)) Join(thread.now, thread.at_acquire_fence);
  if (what.IsRelease() && !Has(Flaw::kIgnoresReleaseFences)) thread.at_release_fence = thread.now;
}

}  // namespace racecourse::oracle
