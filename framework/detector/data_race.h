// Finds data races by happens-before, byte-precise, in the manner of FastTrack.
//
// Source: Flanagan and Freund, "FastTrack: Efficient and Precise Dynamic Race Detection", PLDI 2009; what counts as a
// race: C++20 [intro.races] p21: two conflicting accesses, at least one not atomic, neither ordered before the other.
// Guarantee: on one execution, reports a race at the first access that races with any earlier one, and none otherwise
// (checked against tests/oracle on all small programs).
// Differs from the paper: 8-byte granules with byte masks that split into halves, and into bytes, when accesses of
// different extent meet; no clearing between executions; atomic accesses are remembered per thread beside the atomic's
// own object, because unordered atomic writes do not replace one another. Cost: two compares on the common path;
// O(threads) where several threads read the same bytes.
//
// Threads: used by the one running thread only.
#ifndef RACECOURSE_DETECTOR_DATA_RACE_H_
#define RACECOURSE_DETECTOR_DATA_RACE_H_

#include "framework/core/arena.h"
#include "framework/core/types.h"
#include "framework/core/vector_clock.h"
#include "framework/model/shadow_memory.h"

namespace racecourse {

// What the detector must know of the thread that accesses.
struct Accessor {
  ThreadClock clock;
  std::uint64_t epoch = 0;  // invariant: clock.entries[slot] << 16 | slot << 8
  ThreadSlot slot = 0;

  void Tick() {
    ++clock.entries[slot];
    UpdateEpoch();
  }
  void UpdateEpoch() { epoch = clock.entries[slot] << 16 | std::uint64_t{slot} << 8; }
};

// What an access met.
struct Conflict {
  enum class Kind : std::uint8_t { kNone, kRace, kFreed, kOutside } kind = Kind::kNone;
  ThreadSlot other = kNoThread;  // kRace: who made the earlier access
  bool other_is_write = false;
  bool other_is_atomic = false;
  std::uintptr_t granule = 0;  // the 8 bytes in question
};

class DataRaceDetector {
 public:
  // `arena` is reset by its owner when an execution ends.
  void Init(ShadowMemory* shadow, Arena* arena) {
    shadow_ = shadow;
    arena_ = arena;
  }
  // `base`: no clock of this execution is at or below it.
  void BeginExecution(Clock base, std::uint32_t generation) {
    base_ = base;
    generation_ = generation & kGenerationMask;
  }

  // Generations in cells are this short; the owner clears the cells when they come round.
  static constexpr std::uint32_t kGenerationMask = (1u << 19) - 1;

  // The common case, inlined into the callbacks: the same thread touched these bytes in the same epoch.
  template <bool kIsWrite>
  bool IsKnown(const Accessor& accessor, const Cell& cell, std::uint8_t mask) const {
    const std::uint64_t record = accessor.epoch | mask;
    if (cell.write == record) return true;
    return !kIsWrite && cell.read == record;
  }
  // The next most common case: earlier accesses covered the same bytes, and all of them happened before this one.
  // Returns false, having done nothing, if it is another case.
  template <bool kIsWrite>
  bool Follows(const Accessor& accessor, Cell* cell, std::uint8_t mask) const {
    const std::uint64_t write = cell->write;
    const std::uint64_t read = cell->read;
    // Special records have mask 0, and the atomic bit makes a clock too large.
    if (read != 0 && ((read & 0xff) != mask || !HappensBefore(read, accessor))) return false;
    if constexpr (kIsWrite) {
      if (write != 0 && ((write & 0xff) != mask || !HappensBefore(write, accessor))) return false;
      cell->write = accessor.epoch | mask;
      cell->read = 0;
    } else {
      if (write != 0 && ((write & 0xff) == 0 || !HappensBefore(write, accessor))) return false;
      cell->read = accessor.epoch | mask;
    }
    return true;
  }
  // A plain access to the bytes of `mask` (bit i: byte i of the granule) of the granule whose cell this is.
  template <bool kIsWrite>
  Conflict Access(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask) {
    return kIsWrite ? Write(accessor, cell, address, mask) : Read(accessor, cell, address, mask);
  }
  Conflict Read(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask);
  Conflict Write(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask);

  // A plain access of any extent.
  Conflict AccessRange(const Accessor& accessor, std::uintptr_t begin, std::size_t size, bool is_write);

  // An access by an atomic operation on `object`, whose size is set. A read-modify-write is a write.
  Conflict AccessAtomic(const Accessor& accessor, SyncObject* object, bool is_write) {
    // Most atomics are never anything else: no plain access is known to their granule.
    if (__builtin_expect((object->address & 7) + object->size <= 8, 1)) {
      ShadowPage* page = shadow_->PageOf(object->address);
      if (__builtin_expect(page != nullptr, 1)) {
        const Cell& cell = page->cells[ShadowMemory::GranuleOf(object->address)];
        if (__builtin_expect(cell.write == kAtomicBit && (cell.read == 0 || !is_write), 1)) {
          NoteAtomic(accessor, object, is_write);
          return {};
        }
      }
    }
    return AccessAtomicAmongOthers(accessor, object, is_write);
  }

  // The memory is given back: every later access to its `capacity` bytes is a use after free until Reuse. Freeing
  // counts as writing the `size` bytes the program had of it.
  Conflict Free(const Accessor& accessor, std::uintptr_t begin, std::size_t size, std::size_t capacity);
  // The memory starts a new life, with no accesses to race with.
  void Reuse(std::uintptr_t begin, std::size_t size);
  // No object lies here: every access is one outside a block of the heap, byte by byte.
  void MarkOutside(std::uintptr_t begin, std::size_t size);
  // Accesses to this memory are of no interest (data of uninstrumented libraries).
  void Ignore(std::uintptr_t begin, std::size_t size);
  // True if the memory of this cell was given back, as a whole.
  bool IsFreed(const Cell& cell) const {
    return IsSpecial(cell.write) && SpecialKind(cell.write) == kFreed && IsOfThisExecution(cell.write);
  }
  // Fills a page so that every access to it is a use after free.
  void FillFreed(ShadowPage* page) const;

 private:
  Conflict AccessAtomicAmongOthers(const Accessor& accessor, SyncObject* object, bool is_write);
  void NoteAtomic(const Accessor& accessor, SyncObject* object, bool is_write) {
    (is_write ? object->atomic_writes : object->atomic_reads)
        .Set(accessor.slot, accessor.clock.entries[accessor.slot], arena_);
  }
  // Special records: mask 0, the kind in the slot's place.
  // kHalves: a cell for each four bytes stands elsewhere; kBytes: a cell for each byte. kShared: of Cell::read, several
  // threads read these bytes. kFreed, kOutside: memory that may not be touched. kIgnored: memory that is not watched.
  enum : std::uint64_t { kHalves = 1, kFreed = 2, kIgnored = 3, kShared = 4, kBytes = 5, kOutside = 6 };
  static constexpr std::uint64_t kAtomicBit = std::uint64_t{1} << 63;  // of Cell::write: atomics live here
  static constexpr unsigned kIndexBits = 28;
  static constexpr unsigned kGenerationShift = 16 + kIndexBits;

  // A run of readers of the same bytes.
  struct ReaderSet {
    std::uint32_t size;
    std::uint8_t mask;
    Clock clocks[1];
  };

  static bool IsSpecial(std::uint64_t record) { return (record & 0xff) == 0 && record != 0; }
  static std::uint64_t SpecialKind(std::uint64_t record) { return record >> 8 & 0xff; }
  static std::uint32_t SpecialIndex(std::uint64_t record) {
    return static_cast<std::uint32_t>(record >> 16 & ((std::uint64_t{1} << kIndexBits) - 1));
  }
  std::uint64_t MakeSpecial(std::uint64_t kind, std::uint32_t index) const {
    RC_CHECK(index < (1u << kIndexBits));
    return std::uint64_t{generation_} << kGenerationShift | std::uint64_t{index} << 16 | kind << 8;
  }
  bool IsOfThisExecution(std::uint64_t special) const {
    return (special >> kGenerationShift & kGenerationMask) == generation_;
  }
  // A record that no access of this execution can race with.
  bool IsStale(std::uint64_t record) const {
    if (IsSpecial(record)) return SpecialKind(record) != kIgnored && !IsOfThisExecution(record);
    return record >> 16 <= base_;
  }
  static ThreadSlot SlotOf(std::uint64_t record) { return record >> 8 & 0xff; }
  static bool HappensBefore(std::uint64_t record, const Accessor& accessor) {
    return record >> 16 <= accessor.clock.entries[SlotOf(record)];
  }
  // What an access to memory meets that may not be touched, or is not watched.
  static Conflict Forbidden(std::uint64_t special, std::uintptr_t address) {
    if (SpecialKind(special) == kIgnored) return {};
    return {SpecialKind(special) == kFreed ? Conflict::Kind::kFreed : Conflict::Kind::kOutside, kNoThread, true, false,
            address & ~std::uintptr_t{7}};
  }
  static bool IsParts(std::uint64_t special) {
    return SpecialKind(special) == kHalves || SpecialKind(special) == kBytes;
  }
  static Conflict Race(std::uint64_t record, bool is_write, std::uintptr_t address) {
    return {Conflict::Kind::kRace, SlotOf(record), is_write, false, address & ~std::uintptr_t{7}};
  }

  template <bool kIsWrite>
  Conflict Check(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask);
  Conflict CheckReaders(const Accessor& accessor, std::uint64_t read, std::uintptr_t address, std::uint8_t mask);
  template <bool kIsWrite>
  Conflict CheckParts(const Accessor& accessor, std::uint64_t parts, std::uintptr_t address, std::uint8_t mask);
  // As an atomic access sees a cell: its plain records, or those of its parts.
  Conflict CheckPlain(const Accessor& accessor, const Cell& cell, std::uintptr_t address, std::uint8_t mask,
                      bool is_write);
  Conflict CheckAtomics(const Accessor& accessor, std::uintptr_t address, std::uint8_t mask, bool is_write);
  // Gives the parts of the cell cells of their own, fine enough for an access to `mask`; returns the new special
  // record.
  std::uint64_t Split(Cell* cell, std::uint8_t mask);
  std::uint64_t ReadersOf(const Cell* cell, std::uint64_t read, std::uint8_t part);
  std::uint8_t ReadMask(std::uint64_t read) const {
    return IsSpecial(read) ? static_cast<const ReaderSet*>(arena_->At(SpecialIndex(read)))->mask
                           : static_cast<std::uint8_t>(read);
  }
  std::uint64_t AddReader(const Cell* cell, std::uint64_t read, const Accessor& accessor, std::uint8_t mask);
  ReaderSet* NewReaderSet(const Cell* cell, std::uint32_t size, std::uint8_t mask);
  // What belongs to memory that several processes map is in memory that they share.
  Arena* ArenaOf(const Cell* cell) const {
    Arena* const other = arena_->Other();
    return other != nullptr && (shadow_->IsShared(cell) || other->Owns(cell)) ? other : arena_;
  }

  ShadowMemory* shadow_ = nullptr;
  Arena* arena_ = nullptr;
  Clock base_ = 0;
  bool has_wide_atomics_ = false;  // some atomic spans two granules
  std::uint32_t generation_ = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_DETECTOR_DATA_RACE_H_
