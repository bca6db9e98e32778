#include "framework/execution/image.h"

#include <link.h>
#include <sys/mman.h>

#include <cstring>

#include "framework/core/address_space.h"
#include "framework/core/check.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

char* CopyOf(std::uint32_t index) { return reinterpret_cast<char*>(kSnapshotAddress) + index * kPageSize; }

void CopyPage(void* to, const void* from) {
  const void* source = from;
  void* target = to;
  std::size_t words = kPageSize / 8;
  // The page is small and mostly in cache: one string instruction beats a call into libc, whose copy the program may
  // have interposed.
  asm volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words) : : "memory");
}

}  // namespace

void Image::Find(const Heap& heap) {
  region_count_ = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* self) {
        auto* image = static_cast<Image*>(self);
        std::uintptr_t relro_begin = 0;
        std::uintptr_t relro_end = 0;
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_GNU_RELRO) continue;
          relro_begin = info->dlpi_addr + header.p_vaddr;
          relro_end = (relro_begin + header.p_memsz) & ~(kPageSize - 1);
        }
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
          std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
          const std::uintptr_t end = begin + header.p_memsz;
          // The loader made its relocated constants read-only already.
          if (begin <= relro_begin && relro_begin < end) begin = relro_end;
          image->AddRegion(begin & ~(kPageSize - 1), (end + kPageSize - 1) & ~(kPageSize - 1));
        }
        return 0;
      },
      this);
  AddRegion(heap.Begin(), (heap.End() + kPageSize - 1) & ~(kPageSize - 1));
  AddRegion(heap.LargeBegin(), (heap.LargeEnd() + kPageSize - 1) & ~(kPageSize - 1));
}

void Image::AddRegion(std::uintptr_t begin, std::uintptr_t end) {
  if (begin >= end) return;
  RC_CHECK(region_count_ < kMaxRegions);
  regions_[region_count_++] = {begin, end};
}

const Image::Region* Image::RegionOf(std::uintptr_t address) const {
  for (std::uint32_t i = 0; i < region_count_; ++i) {
    if (regions_[i].begin <= address && address < regions_[i].end) return &regions_[i];
  }
  return nullptr;
}

void Image::Protect() {
  for (std::uint32_t i = 0; i < region_count_; ++i) {
    RC_CHECK(SystemCall(SYS_mprotect, regions_[i].begin, regions_[i].end - regions_[i].begin, PROT_READ) == 0);
  }
  is_protected_ = true;
}

bool Image::HandleWrite(std::uintptr_t address) {
  if (!is_protected_ || RegionOf(address) == nullptr) return false;
  const std::uintptr_t page = address & ~(kPageSize - 1);
  for (std::uint32_t i = 0; i < written_count_; ++i) {
    if (written_[i] == page) return false;  // it is writable: this fault has another reason
  }
  RC_CHECK(written_count_ < kMaxWritten);
  CopyPage(CopyOf(written_count_), reinterpret_cast<void*>(page));
  RC_CHECK(SystemCall(SYS_mprotect, page, kPageSize, PROT_READ | PROT_WRITE) == 0);
  written_[written_count_++] = page;
  return true;
}

void Image::PrepareWrite(std::uintptr_t begin, std::size_t size) {
  if (!is_protected_ || size == 0) return;
  const std::uintptr_t last = (begin + size - 1) & ~(kPageSize - 1);
  for (std::uintptr_t page = begin & ~(kPageSize - 1); page <= last; page += kPageSize) HandleWrite(page);
}

void Image::Restore() {
  for (std::uint32_t i = 0; i < written_count_; ++i) CopyPage(reinterpret_cast<void*>(written_[i]), CopyOf(i));
}

void Image::RestoreChanged() {
  for (std::uint32_t i = 0; i < written_count_; ++i) {
    auto* const page = reinterpret_cast<char*>(written_[i]);
    if (std::memcmp(page, CopyOf(i), kPageSize) != 0) CopyPage(page, CopyOf(i));
  }
}

}  // namespace racecourse
