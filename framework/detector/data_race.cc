#include "framework/detector/data_race.h"

#include <algorithm>

namespace racecourse {
namespace {

constexpr std::uint64_t kMaskBits = 0xff;

// The bytes of a granule that [begin, end) covers.
std::uint8_t MaskOf(std::uintptr_t granule, std::uintptr_t begin, std::uintptr_t end) {
  const unsigned first = begin > granule ? static_cast<unsigned>(begin - granule) : 0;
  const unsigned last = end < granule + 8 ? static_cast<unsigned>(end - granule) : 8;
  return static_cast<std::uint8_t>((0xffu << first) & (0xffu >> (8 - last)));
}

// Calls visit(cell, address, mask) for each granule of [begin, begin + size) until one returns a conflict.
template <typename Visit>
Conflict ForEachGranule(ShadowMemory* shadow, std::uintptr_t begin, std::size_t size, Visit visit) {
  const std::uintptr_t end = begin + size;
  for (std::uintptr_t granule = begin & ~std::uintptr_t{7}; granule < end;) {
    ShadowPage* page = shadow->PageOf(granule);
    if (page == nullptr) return {};
    const std::uintptr_t page_end =
        std::min(end, (granule | ((std::uintptr_t{1} << kShadowPageBits) - 1)) + 1);
    for (; granule < page_end; granule += 8) {
      Cell* cell = &page->cells[ShadowMemory::GranuleOf(granule)];
      const Conflict conflict = visit(cell, granule, MaskOf(granule, begin, end));
      if (conflict.kind != Conflict::Kind::kNone) return conflict;
    }
  }
  return {};
}

}  // namespace

Conflict DataRaceDetector::Read(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask) {
  return Check<false>(accessor, cell, address, mask);
}

Conflict DataRaceDetector::Write(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask) {
  return Check<true>(accessor, cell, address, mask);
}

template <bool kIsWrite>
Conflict DataRaceDetector::Check(const Accessor& accessor, Cell* cell, std::uintptr_t address, std::uint8_t mask) {
  std::uint64_t write = cell->write & ~kAtomicBit;
  std::uint64_t atomic = cell->write & kAtomicBit;
  std::uint64_t read = cell->read;
  if (IsStale(write)) write = 0;
  if (IsStale(read)) read = 0;

  if (IsSpecial(write)) {
    if (SpecialKind(write) == kIgnored) return {};
    if (SpecialKind(write) == kFreed) {
      return {Conflict::Kind::kFreed, kNoThread, true, false, address & ~std::uintptr_t{7}};
    }
  }
  if (atomic != 0) {
    const Conflict conflict = CheckAtomics(accessor, address, mask, kIsWrite);
    if (conflict.kind != Conflict::Kind::kNone) return conflict;
  }
  if (IsSpecial(write)) return CheckSplit<kIsWrite>(accessor, SpecialIndex(write), address, mask);

  if ((write & mask) != 0 && !HappensBefore(write, accessor)) return Race(write, true, address);

  const std::uint64_t record = accessor.epoch | mask;
  if constexpr (kIsWrite) {
    std::uint64_t read_mask = read & kMaskBits;
    if (IsSpecial(read)) {
      const auto* readers = static_cast<const ReaderSet*>(arena_->At(SpecialIndex(read)));
      read_mask = readers->mask;
      if ((read_mask & mask) != 0) {
        const Conflict conflict = CheckReaders(accessor, read, address, mask);
        if (conflict.kind != Conflict::Kind::kNone) return conflict;
      }
    } else if ((read & mask) != 0 && !HappensBefore(read, accessor)) {
      return Race(read, false, address);
    }
    // The new record stands for the old ones only where it covers them.
    if ((((write & kMaskBits) | read_mask) & ~std::uint64_t{mask}) == 0) {
      cell->write = record | atomic;
      cell->read = 0;
      return {};
    }
  } else {
    if (read == 0 || (!IsSpecial(read) && (read & kMaskBits & ~std::uint64_t{mask}) == 0 &&
                      HappensBefore(read, accessor))) {
      cell->read = record;
      cell->write = write | atomic;
      return {};
    }
    if (!IsSpecial(read) && (read >> 8) == (record >> 8) && (mask & ~read & kMaskBits) == 0) return {};
    const std::uint64_t read_mask =
        IsSpecial(read) ? static_cast<const ReaderSet*>(arena_->At(SpecialIndex(read)))->mask : read & kMaskBits;
    if (read_mask == mask) {
      cell->read = AddReader(read, accessor, mask);
      cell->write = write | atomic;
      return {};
    }
  }
  cell->write = write | atomic;
  cell->read = read;
  return CheckSplit<kIsWrite>(accessor, Split(cell), address, mask);
}

Conflict DataRaceDetector::CheckReaders(const Accessor& accessor, std::uint64_t read, std::uintptr_t address,
                                        std::uint8_t) {
  const auto* readers = static_cast<const ReaderSet*>(arena_->At(SpecialIndex(read)));
  for (ThreadSlot slot = 0; slot < readers->size; ++slot) {
    if (readers->clocks[slot] > accessor.clock.entries[slot]) {
      return {Conflict::Kind::kRace, slot, false, false, address & ~std::uintptr_t{7}};
    }
  }
  return {};
}

template <bool kIsWrite>
Conflict DataRaceDetector::CheckSplit(const Accessor& accessor, std::uint32_t index, std::uintptr_t address,
                                      std::uint8_t mask) {
  auto* cells = static_cast<Cell*>(arena_->At(index));
  for (unsigned byte = 0; byte < 8; ++byte) {
    const auto bit = static_cast<std::uint8_t>(1u << byte);
    if ((mask & bit) == 0 || IsKnown<kIsWrite>(accessor, cells[byte], bit)) continue;
    const Conflict conflict = Check<kIsWrite>(accessor, &cells[byte], address, bit);
    if (conflict.kind != Conflict::Kind::kNone) return conflict;
  }
  return {};
}

Conflict DataRaceDetector::CheckAtomics(const Accessor& accessor, std::uintptr_t address, std::uint8_t mask,
                                        bool is_write) {
  const std::uintptr_t granule = address & ~std::uintptr_t{7};
  // An atomic of 16 bytes is listed in its first granule.
  for (std::uintptr_t home = granule; home >= granule - (has_wide_atomics_ ? 8 : 0); home -= 8) {
    ShadowPage* page = shadow_->PageOf(home);
    if (page == nullptr) continue;
    for (SyncObject* object = shadow_->FirstObject(*page, home); object != nullptr;
         object = shadow_->NextObject(*object)) {
      if (object->kind != ObjectKind::kAtomic) continue;
      const std::uintptr_t end = object->address + object->size;
      if (end <= granule || object->address >= granule + 8) continue;
      if ((MaskOf(granule, object->address, end) & mask) == 0) continue;
      ThreadSlot other = object->atomic_writes.FirstUnknownTo(accessor.clock);
      if (other != kNoThread) return {Conflict::Kind::kRace, other, true, true, granule};
      if (!is_write) continue;
      other = object->atomic_reads.FirstUnknownTo(accessor.clock);
      if (other != kNoThread) return {Conflict::Kind::kRace, other, false, true, granule};
    }
  }
  return {};
}

std::uint32_t DataRaceDetector::Split(Cell* cell) {
  const std::uint64_t write = cell->write & ~kAtomicBit;
  const std::uint64_t read = cell->read;
  auto* cells = static_cast<Cell*>(arena_->Allocate(8 * sizeof(Cell)));
  for (unsigned byte = 0; byte < 8; ++byte) {
    const std::uint64_t bit = std::uint64_t{1} << byte;
    cells[byte].write = (write & bit) != 0 ? (write & ~kMaskBits) | bit : 0;
    if (IsSpecial(read)) {
      const auto* readers = static_cast<const ReaderSet*>(arena_->At(SpecialIndex(read)));
      cells[byte].read = 0;
      if ((readers->mask & bit) != 0) {
        ReaderSet* copy = NewReaderSet(readers->size, static_cast<std::uint8_t>(bit));
        std::copy(readers->clocks, readers->clocks + readers->size, copy->clocks);
        cells[byte].read = MakeSpecial(kShared, arena_->IndexOf(copy));
      }
    } else {
      cells[byte].read = (read & bit) != 0 ? (read & ~kMaskBits) | bit : 0;
    }
  }
  const std::uint32_t index = arena_->IndexOf(cells);
  cell->write = MakeSpecial(kSplit, index) | (cell->write & kAtomicBit);
  cell->read = 0;
  return index;
}

DataRaceDetector::ReaderSet* DataRaceDetector::NewReaderSet(std::uint32_t size, std::uint8_t mask) {
  auto* readers = static_cast<ReaderSet*>(arena_->Allocate(sizeof(ReaderSet) + size * sizeof(Clock)));
  readers->size = size;
  readers->mask = mask;
  return readers;
}

std::uint64_t DataRaceDetector::AddReader(std::uint64_t read, const Accessor& accessor, std::uint8_t mask) {
  const Clock clock = accessor.clock.entries[accessor.slot];
  ReaderSet* readers = nullptr;
  if (IsSpecial(read)) {
    readers = static_cast<ReaderSet*>(arena_->At(SpecialIndex(read)));
    if (accessor.slot >= readers->size) {
      ReaderSet* larger = NewReaderSet((accessor.slot + 8) & ~ThreadSlot{7}, mask);
      std::fill(larger->clocks, larger->clocks + larger->size, 0);
      std::copy(readers->clocks, readers->clocks + readers->size, larger->clocks);
      readers = larger;
    }
  } else {
    readers = NewReaderSet((std::max(accessor.slot, SlotOf(read)) + 8) & ~ThreadSlot{7}, mask);
    std::fill(readers->clocks, readers->clocks + readers->size, 0);
    readers->clocks[SlotOf(read)] = read >> 16;
  }
  readers->clocks[accessor.slot] = clock;
  return MakeSpecial(kShared, arena_->IndexOf(readers));
}

Conflict DataRaceDetector::AccessRange(const Accessor& accessor, std::uintptr_t begin, std::size_t size,
                                       bool is_write) {
  return ForEachGranule(shadow_, begin, size, [&](Cell* cell, std::uintptr_t address, std::uint8_t mask) -> Conflict {
    if (is_write) {
      if (IsKnown<true>(accessor, *cell, mask)) return {};
      return Check<true>(accessor, cell, address, mask);
    }
    if (IsKnown<false>(accessor, *cell, mask)) return {};
    return Check<false>(accessor, cell, address, mask);
  });
}

Conflict DataRaceDetector::AccessAtomic(const Accessor& accessor, SyncObject* object, bool is_write) {
  has_wide_atomics_ |= object->size > 8;
  const Conflict conflict = ForEachGranule(
      shadow_, object->address, object->size,
      [&](Cell* cell, std::uintptr_t address, std::uint8_t mask) -> Conflict {
        std::uint64_t write = cell->write & ~kAtomicBit;
        std::uint64_t read = cell->read;
        if (IsStale(write)) write = 0;
        if (IsStale(read)) read = 0;
        const auto check_plain = [&](std::uint64_t plain_write, std::uint64_t plain_read,
                                     std::uint8_t bytes) -> Conflict {
          if ((plain_write & bytes) != 0 && !HappensBefore(plain_write, accessor)) {
            return Race(plain_write, true, address);
          }
          if (!is_write || plain_read == 0) return {};
          if (IsSpecial(plain_read)) {
            const auto* readers = static_cast<const ReaderSet*>(arena_->At(SpecialIndex(plain_read)));
            return (readers->mask & bytes) != 0 ? CheckReaders(accessor, plain_read, address, bytes) : Conflict{};
          }
          if ((plain_read & bytes) != 0 && !HappensBefore(plain_read, accessor)) {
            return Race(plain_read, false, address);
          }
          return {};
        };
        Conflict found;
        if (IsSpecial(write)) {
          if (SpecialKind(write) == kIgnored) return {};
          if (SpecialKind(write) == kFreed) return {Conflict::Kind::kFreed, kNoThread, true, false, address};
          const auto* cells = static_cast<const Cell*>(arena_->At(SpecialIndex(write)));
          for (unsigned byte = 0; byte < 8 && found.kind == Conflict::Kind::kNone; ++byte) {
            const auto bit = static_cast<std::uint8_t>(1u << byte);
            if ((mask & bit) == 0) continue;
            const std::uint64_t byte_write = IsStale(cells[byte].write) ? 0 : cells[byte].write;
            const std::uint64_t byte_read = IsStale(cells[byte].read) ? 0 : cells[byte].read;
            found = check_plain(byte_write, byte_read, bit);
          }
        } else {
          found = check_plain(write, read, mask);
          cell->read = read;
        }
        cell->write = write | kAtomicBit;
        return found;
      });
  const Clock clock = accessor.clock.entries[accessor.slot];
  if (is_write) {
    object->atomic_writes.Set(accessor.slot, clock, arena_);
  } else {
    object->atomic_reads.Set(accessor.slot, clock, arena_);
  }
  return conflict;
}

Conflict DataRaceDetector::Free(const Accessor& accessor, std::uintptr_t begin, std::size_t size) {
  return ForEachGranule(shadow_, begin, size, [&](Cell* cell, std::uintptr_t address, std::uint8_t mask) -> Conflict {
    const Conflict conflict = Check<true>(accessor, cell, address, mask);
    if (conflict.kind == Conflict::Kind::kNone) cell->write = MakeSpecial(kFreed, 0);
    return conflict;
  });
}

void DataRaceDetector::Reuse(std::uintptr_t begin, std::size_t size) {
  ForEachGranule(shadow_, begin, size, [](Cell* cell, std::uintptr_t, std::uint8_t) -> Conflict {
    cell->write = 0;
    cell->read = 0;
    return {};
  });
}

void DataRaceDetector::Ignore(std::uintptr_t begin, std::size_t size) {
  ForEachGranule(shadow_, begin, size, [this](Cell* cell, std::uintptr_t, std::uint8_t) -> Conflict {
    cell->write = MakeSpecial(kIgnored, 0);
    return {};
  });
}

void DataRaceDetector::FillFreed(ShadowPage* page) const {
  for (Cell& cell : page->cells) cell = {MakeSpecial(kFreed, 0), 0};
}

}  // namespace racecourse
