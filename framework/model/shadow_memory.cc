#include "framework/model/shadow_memory.h"

namespace racecourse {

ShadowPage* ShadowMemory::CreatePage(std::uintptr_t index) {
  RC_CHECK(pool_next_ < pool_end_);
  return table_[index] = pool_next_++;
}

SyncObject& ShadowMemory::FindOrCreate(std::uintptr_t address, ObjectKind kind) {
  ShadowPage* page = PageOf(address);
  RC_CHECK(page != nullptr);
  std::uint32_t& head = page->objects[GranuleOf(address)];
  for (SyncObject* object = Live(head, address); object != nullptr; object = Live(object->next, address)) {
    if (object->address == address && object->kind == kind) return *object;
  }
  return Create(head, address, kind);
}

SyncObject& ShadowMemory::Create(std::uint32_t& head, std::uintptr_t address, ObjectKind kind) {
  const std::uint32_t chain = Live(head, address) != nullptr ? head : 0;
  const bool is_shared = __builtin_expect(IsShared(&head), 0);
  RC_CHECK(is_shared ? shared_used_->objects < shared_capacity_ : object_count_ < object_capacity_);
  const std::uint32_t index = is_shared ? shared_used_->objects++ : object_count_++;
  SyncObject& object = objects_[index];
  object.address = address;
  object.generation = generation_;
  object.id = is_shared ? kSharedIds + shared_used_->objects : ObjectCount();
  object.next = chain;
  object.kind = kind;
  object.size = 0;
  object.recovery = Recovery::kSound;
  object.is_destroyed = false;
  object.clock = SyncClock();
  object.waiting.Clear();
  object.owner = kNoThread;
  object.count = 0;
  object.limit = 0;
  object.holders.Clear();
  object.owned_since = 0;
  object.last_notify = 0;
  object.last_lost_notify = 0;
  object.lost_notifier = kNoThread;
  object.other_lost_notify = 0;
  object.atomic_reads = SyncClock();
  object.atomic_writes = SyncClock();
  head = index + 1;
  return object;
}

void ShadowMemory::ClearCells() {
  for (ShadowPage* page = pool_begin_; page < pool_next_; ++page) __builtin_memset(page->cells, 0, sizeof page->cells);
  if (shared_used_ == nullptr) return;
  for (std::uint32_t i = 0; i < shared_pages_ever_; ++i) {
    __builtin_memset(shared_begin_[i].cells, 0, sizeof shared_begin_[i].cells);
  }
}

void ShadowMemory::ForgetObjects(std::uintptr_t begin, std::size_t size) {
  if (object_count_ == 0) return;
  const std::uintptr_t end = begin + size;
  for (std::uintptr_t address = begin & ~std::uintptr_t{7}; address < end; address += 8) {
    const std::uintptr_t index = address >> kShadowPageBits;
    if (index >= kShadowTableEntries || table_[index] == nullptr) {
      address |= (std::uintptr_t{1} << kShadowPageBits) - 8;
      continue;
    }
    std::uint32_t& head = table_[index]->objects[GranuleOf(address)];
    if (head == 0) continue;
    for (SyncObject* object = Live(head, address); object != nullptr; object = Live(object->next, address)) {
      object->generation = 0;
    }
    head = 0;
  }
}

}  // namespace racecourse
