#include "framework/execution/loaded_program.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>

#include "framework/execution/execution.h"

// Bounds of the engine's own code, given by the linker: all of it is in this section (see framework/CMakeLists.txt).
extern "C" __attribute__((visibility("hidden"), weak)) const char __start_racecourse_text[];
extern "C" __attribute__((visibility("hidden"), weak)) const char __stop_racecourse_text[];

namespace racecourse {
namespace {

struct Relocations {
  const ElfW(Rela) * begin = nullptr;
  std::size_t count = 0;
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
};

Relocations& TheRelocations() {
  static Relocations relocations;  // written once before main, constant afterwards
  return relocations;
}

// The writable segments of the shared libraries. The program's own libraries, compiled as it is, are watched like it.
struct LibraryData {
  static constexpr std::uint32_t kMax = 128;
  ForeignData data[kMax];
  std::uint32_t count = 0;
  ForeignData watched[kMax];
  std::uint32_t watched_count = 0;
};

LibraryData& TheLibraryData() {
  static LibraryData data;  // written once before main, constant afterwards
  return data;
}

// True if the compiler put our calls in: every instrumented object has a constructor that calls __tsan_init, which the
// library does not define itself. Undefined symbols come first in the table, up to where the hash table begins.
bool IsInstrumented(const dl_phdr_info& info) {
  const ElfW(Sym)* symbols = nullptr;
  const char* names = nullptr;
  const std::uint32_t* hash = nullptr;
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    if (info.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    auto* entry = reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const ElfW(Sym)*>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_STRTAB) names = reinterpret_cast<const char*>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_GNU_HASH) hash = reinterpret_cast<const std::uint32_t*>(entry->d_un.d_ptr);
    }
  }
  // The kernel's own object is not relocated: its pointers are offsets.
  if (symbols == nullptr || names == nullptr || hash == nullptr) return false;
  if (reinterpret_cast<std::uintptr_t>(symbols) < info.dlpi_addr) return false;
  for (std::uint32_t i = 1; i < hash[1]; ++i) {
    if (std::strcmp(names + symbols[i].st_name, "__tsan_init") == 0) return true;
  }
  return false;
}

void DescribeLibrary(const dl_phdr_info& info) {
  LibraryData& libraries = TheLibraryData();
  const bool is_watched = IsInstrumented(info);
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    const ForeignData data = {info.dlpi_addr + header.p_vaddr, header.p_memsz};
    std::uint32_t& count = is_watched ? libraries.watched_count : libraries.count;
    if (count == LibraryData::kMax) continue;
    (is_watched ? libraries.watched : libraries.data)[count++] = data;
  }
}

// The program's copy of a library's variable is as foreign as the library.
bool IsForeignCopy(const ElfW(Rela) & relocation) {
  if (ELF64_R_TYPE(relocation.r_info) != R_X86_64_COPY) return false;
  const Relocations& relocations = TheRelocations();
  const char* name = relocations.names + relocations.symbols[ELF64_R_SYM(relocation.r_info)].st_name;
  const auto original = reinterpret_cast<std::uintptr_t>(dlsym(RTLD_NEXT, name));
  const LibraryData& libraries = TheLibraryData();
  for (std::uint32_t i = 0; i < libraries.watched_count; ++i) {
    if (original - libraries.watched[i].begin < libraries.watched[i].size) return false;
  }
  return true;
}

std::uint64_t ThreadPointer() {
  std::uint64_t base;
  asm("movq %%fs:0, %0" : "=r"(base));
  return base;
}

void DescribeMainProgram(const dl_phdr_info& info) {
  Execution& execution = TheExecution();
  execution.data_begin = ~std::uintptr_t{0};
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    const std::uintptr_t begin = info.dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0) {
      execution.code_begin = begin;
      execution.code_end = begin + header.p_memsz;
    } else if (header.p_type == PT_LOAD && (header.p_flags & PF_W) != 0) {
      execution.data_begin = std::min(execution.data_begin, begin);
      execution.data_end = std::max(execution.data_end, begin + header.p_memsz);
    } else if (header.p_type == PT_DYNAMIC) {
      Relocations& relocations = TheRelocations();
      for (auto* entry = reinterpret_cast<const ElfW(Dyn)*>(begin); entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_RELA) relocations.begin = reinterpret_cast<const ElfW(Rela)*>(entry->d_un.d_ptr);
        if (entry->d_tag == DT_RELASZ) relocations.count = entry->d_un.d_val / sizeof(ElfW(Rela));
        if (entry->d_tag == DT_STRTAB) relocations.names = reinterpret_cast<const char*>(entry->d_un.d_ptr);
        if (entry->d_tag == DT_SYMTAB) relocations.symbols = reinterpret_cast<const ElfW(Sym)*>(entry->d_un.d_ptr);
      }
    }
  }
}

}  // namespace

void DescribeLoadedProgram() {
  Execution& execution = TheExecution();
  execution.engine_code_begin = reinterpret_cast<std::uintptr_t>(__start_racecourse_text);
  execution.engine_code_end = reinterpret_cast<std::uintptr_t>(__stop_racecourse_text);
  bool is_first = true;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* first) {
        if (*static_cast<bool*>(first)) {
          DescribeMainProgram(*info);
          *static_cast<bool*>(first) = false;
        } else {
          DescribeLibrary(*info);
        }
        if (info->dlpi_tls_data != nullptr) {
          // Static TLS lies below the thread pointer (System V ABI, variant II), equally far in every thread.
          const auto begin = reinterpret_cast<std::uint64_t>(info->dlpi_tls_data);
          const std::uint64_t pointer = ThreadPointer();
          if (begin < pointer && pointer - begin < (std::uint64_t{1} << 30)) {
            TheExecution().tls_size = std::max<std::size_t>(TheExecution().tls_size, pointer - begin);
          }
        }
        return 0;
      },
      &is_first);
}

std::uint32_t ForeignDataCount() {
  const Relocations& relocations = TheRelocations();
  std::uint32_t count = TheLibraryData().count;
  for (std::size_t i = 0; i < relocations.count; ++i) {
    if (IsForeignCopy(relocations.begin[i])) ++count;
  }
  return count;
}

ForeignData ForeignDataAt(std::uint32_t index) {
  const LibraryData& libraries = TheLibraryData();
  if (index < libraries.count) return libraries.data[index];
  index -= libraries.count;
  const Relocations& relocations = TheRelocations();
  for (std::size_t i = 0; i < relocations.count; ++i) {
    const ElfW(Rela)& relocation = relocations.begin[i];
    if (!IsForeignCopy(relocation) || index-- > 0) continue;
    return {relocation.r_offset, relocations.symbols[ELF64_R_SYM(relocation.r_info)].st_size};
  }
  return {0, 0};
}

}  // namespace racecourse
