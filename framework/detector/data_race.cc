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

// The bytes of the i-th part of a granule that is split into halves, or into bytes.
constexpr std::uint8_t PartMask(bool is_halves, unsigned i) {
  return static_cast<std::uint8_t>(is_halves ? 0x0f << (4 * i) : 1 << i);
}

// Calls visit(cell, address, mask) for each granule of [begin, begin + size) until one returns a conflict.
template <typename Visit>
Conflict ForEachGranule(ShadowMemory* shadow, std::uintptr_t begin, std::size_t size, Visit visit) {
  const std::uintptr_t end = begin + size;
  for (std::uintptr_t granule = begin & ~std::uintptr_t{7}; granule < end;) {
    ShadowPage* page = shadow->PageOf(granule);
    if (page == nullptr) return {};
    const std::uintptr_t page_end = std::min(end, (granule | ((std::uintptr_t{1} << kShadowPageBits) - 1)) + 1);
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

  if (IsSpecial(write) && !IsParts(write)) return Forbidden(write, address);
  if (atomic != 0) {
    const Conflict conflict = CheckAtomics(accessor, address, mask, kIsWrite);
    if (conflict.kind != Conflict::Kind::kNone) return conflict;
  }
  if (IsSpecial(write)) return CheckParts<kIsWrite>(accessor, write, address, mask);

  if ((write & mask) != 0 && !HappensBefore(write, accessor)) return Race(write, true, address);

  const std::uint64_t record = accessor.epoch | mask;
  if constexpr (kIsWrite) {
    const std::uint64_t read_mask = ReadMask(read);
    if (IsSpecial(read)) {
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
    if (read == 0 ||
        (!IsSpecial(read) && (read & kMaskBits & ~std::uint64_t{mask}) == 0 && HappensBefore(read, accessor))) {
      cell->read = record;
      cell->write = write | atomic;
      return {};
    }
    if (!IsSpecial(read) && (read >> 8) == (record >> 8) && (mask & ~read & kMaskBits) == 0) return {};
    if (ReadMask(read) == mask) {
      cell->read = AddReader(cell, read, accessor, mask);
      cell->write = write | atomic;
      return {};
    }
  }
  cell->write = write | atomic;
  cell->read = read;
  return CheckParts<kIsWrite>(accessor, Split(cell, mask), address, mask);
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
Conflict DataRaceDetector::CheckParts(const Accessor& accessor, std::uint64_t parts, std::uintptr_t address,
                                      std::uint8_t mask) {
  auto* cells = static_cast<Cell*>(arena_->At(SpecialIndex(parts)));
  const bool is_halves = SpecialKind(parts) == kHalves;
  const unsigned count = is_halves ? 2 : 8;
  for (unsigned i = 0; i < count; ++i) {
    const auto part = static_cast<std::uint8_t>(mask & PartMask(is_halves, i));
    if (part == 0 || IsKnown<kIsWrite>(accessor, cells[i], part) || Follows<kIsWrite>(accessor, &cells[i], part)) {
      continue;
    }
    const Conflict conflict = Check<kIsWrite>(accessor, &cells[i], address, part);
    if (conflict.kind != Conflict::Kind::kNone) return conflict;
  }
  return {};
}

Conflict DataRaceDetector::CheckPlain(const Accessor& accessor, const Cell& cell, std::uintptr_t address,
                                      std::uint8_t mask, bool is_write) {
  const std::uint64_t write = IsStale(cell.write & ~kAtomicBit) ? 0 : cell.write & ~kAtomicBit;
  const std::uint64_t read = IsStale(cell.read) ? 0 : cell.read;
  if (IsSpecial(write)) {
    if (!IsParts(write)) return Forbidden(write, address);
    const auto* cells = static_cast<const Cell*>(arena_->At(SpecialIndex(write)));
    const bool is_halves = SpecialKind(write) == kHalves;
    for (unsigned i = 0; i < (is_halves ? 2u : 8u); ++i) {
      const auto part = static_cast<std::uint8_t>(mask & PartMask(is_halves, i));
      if (part == 0) continue;
      const Conflict conflict = CheckPlain(accessor, cells[i], address, part, is_write);
      if (conflict.kind != Conflict::Kind::kNone) return conflict;
    }
    return {};
  }
  if ((write & mask) != 0 && !HappensBefore(write, accessor)) return Race(write, true, address);
  if (!is_write || (ReadMask(read) & mask) == 0) return {};
  if (IsSpecial(read)) return CheckReaders(accessor, read, address, mask);
  return HappensBefore(read, accessor) ? Conflict{} : Race(read, false, address);
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

std::uint64_t DataRaceDetector::ReadersOf(const Cell* cell, std::uint64_t read, std::uint8_t part) {
  const auto* readers = static_cast<const ReaderSet*>(arena_->At(SpecialIndex(read)));
  const auto mask = static_cast<std::uint8_t>(readers->mask & part);
  if (mask == 0) return 0;
  ReaderSet* copy = NewReaderSet(cell, readers->size, mask);
  std::copy(readers->clocks, readers->clocks + readers->size, copy->clocks);
  return MakeSpecial(kShared, arena_->IndexOf(copy));
}

std::uint64_t DataRaceDetector::Split(Cell* cell, std::uint8_t mask) {
  const std::uint64_t write = cell->write & ~kAtomicBit;
  const std::uint64_t read = cell->read;
  // Two ints side by side are the usual case; bytes cost four times as much.
  const auto is_of_halves = [](std::uint8_t bytes) {
    return bytes == 0 || bytes == 0x0f || bytes == 0xf0 || bytes == 0xff;
  };
  const auto write_mask = static_cast<std::uint8_t>(write);
  const bool is_halves = is_of_halves(mask) && is_of_halves(write_mask) && is_of_halves(ReadMask(read)) &&
                         (mask | write_mask | ReadMask(read)) == 0xff;
  const unsigned count = is_halves ? 2 : 8;
  auto* cells = static_cast<Cell*>(ArenaOf(cell)->Allocate(count * sizeof(Cell)));
  for (unsigned i = 0; i < count; ++i) {
    const std::uint8_t part = PartMask(is_halves, i);
    cells[i].write = (write & part) != 0 ? (write & ~std::uint64_t{kMaskBits}) | (write & part) : 0;
    if (IsSpecial(read)) {
      cells[i].read = ReadersOf(cell, read, part);
    } else {
      cells[i].read = (read & part) != 0 ? (read & ~std::uint64_t{kMaskBits}) | (read & part) : 0;
    }
  }
  const std::uint64_t parts = MakeSpecial(is_halves ? kHalves : kBytes, arena_->IndexOf(cells));
  cell->write = parts | (cell->write & kAtomicBit);
  cell->read = 0;
  return parts;
}

DataRaceDetector::ReaderSet* DataRaceDetector::NewReaderSet(const Cell* cell, std::uint32_t size, std::uint8_t mask) {
  auto* readers = static_cast<ReaderSet*>(ArenaOf(cell)->Allocate(sizeof(ReaderSet) + size * sizeof(Clock)));
  readers->size = size;
  readers->mask = mask;
  return readers;
}

std::uint64_t DataRaceDetector::AddReader(const Cell* cell, std::uint64_t read, const Accessor& accessor,
                                          std::uint8_t mask) {
  const Clock clock = accessor.clock.entries[accessor.slot];
  ReaderSet* readers = nullptr;
  if (IsSpecial(read)) {
    readers = static_cast<ReaderSet*>(arena_->At(SpecialIndex(read)));
    if (accessor.slot >= readers->size) {
      ReaderSet* larger = NewReaderSet(cell, (accessor.slot + 8) & ~ThreadSlot{7}, mask);
      std::fill(larger->clocks, larger->clocks + larger->size, 0);
      std::copy(readers->clocks, readers->clocks + readers->size, larger->clocks);
      readers = larger;
    }
  } else {
    readers = NewReaderSet(cell, (std::max(accessor.slot, SlotOf(read)) + 8) & ~ThreadSlot{7}, mask);
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

Conflict DataRaceDetector::AccessAtomicAmongOthers(const Accessor& accessor, SyncObject* object, bool is_write) {
  has_wide_atomics_ |= object->size > 8;
  const Conflict conflict = ForEachGranule(shadow_, object->address, object->size,
                                           [&](Cell* cell, std::uintptr_t address, std::uint8_t mask) -> Conflict {
                                             const std::uint64_t write = cell->write & ~kAtomicBit;
                                             if (IsStale(write)) {
                                               if (IsSpecial(write)) cell->read = 0;
                                               cell->write = kAtomicBit;
                                             } else if (!IsSpecial(write) || IsParts(write)) {
                                               cell->write = write | kAtomicBit;
                                             }
                                             if (cell->write == kAtomicBit && (cell->read == 0 || !is_write)) return {};
                                             return CheckPlain(accessor, *cell, address, mask, is_write);
                                           });
  NoteAtomic(accessor, object, is_write);
  return conflict;
}

Conflict DataRaceDetector::Free(const Accessor& accessor, std::uintptr_t begin, std::size_t size,
                                std::size_t capacity) {
  const Conflict conflict = AccessRange(accessor, begin, size, true);
  if (conflict.kind != Conflict::Kind::kNone) return conflict;
  ForEachGranule(shadow_, begin, capacity, [this](Cell* cell, std::uintptr_t, std::uint8_t) -> Conflict {
    cell->write = MakeSpecial(kFreed, 0);
    return {};
  });
  return {};
}

void DataRaceDetector::Reuse(std::uintptr_t begin, std::size_t size) {
  ForEachGranule(shadow_, begin, size, [](Cell* cell, std::uintptr_t, std::uint8_t) -> Conflict {
    cell->write = 0;
    cell->read = 0;
    return {};
  });
}

void DataRaceDetector::MarkOutside(std::uintptr_t begin, std::size_t size) {
  ForEachGranule(shadow_, begin, size, [this](Cell* cell, std::uintptr_t, std::uint8_t mask) -> Conflict {
    const std::uint64_t outside = MakeSpecial(kOutside, 0);
    if (mask == 0xff) {
      *cell = {outside, 0};
      return {};
    }
    auto* cells = static_cast<Cell*>(ArenaOf(cell)->Allocate(8 * sizeof(Cell)));
    for (unsigned byte = 0; byte < 8; ++byte) cells[byte] = {(mask >> byte & 1) != 0 ? outside : 0, 0};
    *cell = {MakeSpecial(kBytes, arena_->IndexOf(cells)), 0};
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
