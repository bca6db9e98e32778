// For every 8 bytes of the program's memory, what the engine remembers about them: one Cell for the race detector and
// the head of the list of synchronisation objects that live there.
//
// A table with one entry per 64 KiB of address space points to pages of cells that are created at first touch. Nothing
// is cleared between executions: cells carry clocks (see vector_clock.h), object lists carry generations.
#ifndef RACECOURSE_MODEL_SHADOW_MEMORY_H_
#define RACECOURSE_MODEL_SHADOW_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "framework/core/check.h"
#include "framework/model/sync_object.h"

namespace racecourse {

// The last write and the last read of a granule. A plain record is  clock << 16 | slot << 8 | mask  with one mask bit
// per byte, never 0. A record whose mask is 0 is special; see detector/data_race.h.
struct Cell {
  std::uint64_t write;
  std::uint64_t read;
};

inline constexpr unsigned kShadowPageBits = 16;
inline constexpr std::size_t kGranulesPerPage = (std::size_t{1} << kShadowPageBits) / 8;
inline constexpr std::size_t kShadowTableEntries = std::size_t{1} << (47 - kShadowPageBits);

struct ShadowPage {
  Cell cells[kGranulesPerPage];
  std::uint32_t objects[kGranulesPerPage];  // index + 1 into the object pool, 0 for none
};

class ShadowMemory {
 public:
  // `table` holds kShadowTableEntries null pointers; `pool` is zero-filled memory for pages; `object_pool` holds
  // `object_capacity` objects. All three may be reserved memory that is backed at first touch.
  void Init(ShadowPage** table, void* pool, std::size_t pool_size, SyncObject* object_pool,
            std::uint32_t object_capacity, std::uint32_t shared_objects = 0) {
    table_ = table;
    pool_begin_ = pool_next_ = static_cast<ShadowPage*>(pool);
    pool_end_ = pool_next_ + pool_size / sizeof(ShadowPage);
    objects_ = object_pool;
    object_capacity_ = object_capacity;
    object_count_ = shared_capacity_ = shared_objects;
  }

  // Memory that several processes map: its cells stand in `pages`, its objects are the first `shared_objects` of the
  // pool, and `used` counts both. All of it is memory that these processes share.
  struct SharedUse {
    std::uint32_t pages = 0;
    std::uint32_t objects = 0;
  };
  void InitShared(void* pages, std::size_t pages_size, SharedUse* used) {
    shared_begin_ = static_cast<ShadowPage*>(pages);
    shared_end_ = shared_begin_ + pages_size / sizeof(ShadowPage);
    shared_used_ = used;
  }
  // The 64 KiB at `address` are memory that several processes map. `number`: those that were made shared before,
  // counted from 0, so that the same memory gets the same cells in each.
  bool ShareCells(std::uintptr_t address, std::uint32_t number) {
    if (shared_begin_ + number >= shared_end_) return false;
    table_[address >> kShadowPageBits] = shared_begin_ + number;
    if (number >= shared_pages_ever_) shared_pages_ever_ = number + 1;
    return true;
  }
  void ForgetPage(std::uintptr_t address) { table_[address >> kShadowPageBits] = nullptr; }
  bool IsShared(const void* cell) const { return cell >= shared_begin_ && cell < shared_end_; }
  std::uint32_t SharedObjectCount() const { return shared_used_ != nullptr ? shared_used_->objects : 0; }
  SyncObject& SharedObjectAt(std::uint32_t index) { return objects_[index]; }

  // Forgets all synchronisation objects.
  void BeginExecution(std::uint32_t generation) {
    generation_ = generation;
    object_count_ = shared_capacity_;
    if (shared_used_ != nullptr) *shared_used_ = {};
  }

  // The page of an address; nullptr for an address no program can own.
  ShadowPage* PageOf(std::uintptr_t address) {
    const std::uintptr_t index = address >> kShadowPageBits;
    if (__builtin_expect(index >= kShadowTableEntries, 0)) return nullptr;
    ShadowPage* page = table_[index];
    if (__builtin_expect(page == nullptr, 0)) page = CreatePage(index);
    return page;
  }
  static std::size_t GranuleOf(std::uintptr_t address) { return (address >> 3) & (kGranulesPerPage - 1); }

  // The object of this kind at this address, created in its initial state if there is none.
  SyncObject& Object(std::uintptr_t address, ObjectKind kind) {
    SyncObject*& recent = recent_[(address >> 2 ^ static_cast<std::uintptr_t>(kind)) % kRecentObjects];
    if (recent != nullptr && recent->address == address && recent->kind == kind && recent->generation == generation_) {
      return *recent;
    }
    return *(recent = &FindOrCreate(address, kind));
  }
  // The same without creating: nullptr if there is none.
  SyncObject* FindObject(std::uintptr_t address, ObjectKind kind) {
    ShadowPage* page = PageOf(address);
    if (page == nullptr) return nullptr;
    for (SyncObject* object = FirstObject(*page, address); object != nullptr; object = NextObject(*object)) {
      if (object->address == address && object->kind == kind) return object;
    }
    return nullptr;
  }
  // Walks the objects of the granule that holds `address`.
  SyncObject* FirstObject(ShadowPage& page, std::uintptr_t address) {
    return Live(page.objects[GranuleOf(address)], address);
  }
  SyncObject* NextObject(const SyncObject& object) { return Live(object.next, object.address); }

  // Forgets the objects in [begin, begin + size): the memory was freed or got a new life.
  void ForgetObjects(std::uintptr_t begin, std::size_t size);

  // Those of memory that no other process maps.
  std::uint32_t ObjectCount() const { return object_count_ - shared_capacity_; }
  SyncObject& ObjectById(std::uint32_t id) { return objects_[shared_capacity_ + id - 1]; }

  // Zeroes every cell: generations in cells are short and come round again.
  void ClearCells();

  // Makes all accesses to the 64 KiB around `address` see `page` instead and returns the page they saw before: marks
  // large freed blocks in constant time per 64 KiB.
  ShadowPage* ExchangePage(std::uintptr_t address, ShadowPage* page) {
    ShadowPage* old = table_[address >> kShadowPageBits];
    table_[address >> kShadowPageBits] = page;
    return old;
  }

 private:
  SyncObject* Live(std::uint32_t link, std::uintptr_t address) {
    if (link == 0 || link > object_count_) return nullptr;
    SyncObject* object = &objects_[link - 1];
    return object->generation == generation_ && (object->address >> 3) == (address >> 3) ? object : nullptr;
  }
  static constexpr std::size_t kRecentObjects = 16;

  ShadowPage* CreatePage(std::uintptr_t index);
  SyncObject& FindOrCreate(std::uintptr_t address, ObjectKind kind);
  SyncObject& Create(std::uint32_t& head, std::uintptr_t address, ObjectKind kind);
  static constexpr std::uint32_t kSharedIds = 1000;  // names of objects in shared memory begin here

  // Objects found lately, by a few bits of address and kind; any may be out of date.
  SyncObject* recent_[kRecentObjects] = {};
  ShadowPage** table_ = nullptr;
  ShadowPage* pool_begin_ = nullptr;
  ShadowPage* pool_next_ = nullptr;
  ShadowPage* pool_end_ = nullptr;
  SyncObject* objects_ = nullptr;
  std::uint32_t object_capacity_ = 0;
  std::uint32_t object_count_ = 0;
  std::uint32_t generation_ = 0;
  ShadowPage* shared_begin_ = nullptr;
  ShadowPage* shared_end_ = nullptr;
  SharedUse* shared_used_ = nullptr;
  std::uint32_t shared_capacity_ = 0;
  std::uint32_t shared_pages_ever_ = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_MODEL_SHADOW_MEMORY_H_
