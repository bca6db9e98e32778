// The first code of the process that is ours: before any constructor of the program or of a shared library.

#include <dlfcn.h>
#include <elf.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include <cstring>

#include "framework/execution/execution.h"
#include "framework/execution/joined_program.h"
#include "framework/execution/loaded_program.h"
#include "framework/execution/segments.h"
#include "framework/execution/settings.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kObjectPoolSize = std::size_t{1} << 22;
// The first of them are for memory that several processes map.
constexpr std::uint32_t kSharedObjects = 1 << 16;

// False until the engine's memory is mapped: malloc may be called before.
bool is_ready = false;

void* Map(std::uintptr_t address, std::size_t size, int flags) {
  const long got = SystemCall(SYS_mmap, address, size, PROT_READ | PROT_WRITE,
                              flags | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  RC_CHECK(static_cast<std::uintptr_t>(got) == address);
  return reinterpret_cast<void*>(address);
}

}  // namespace

bool IsExecutionReady() { return is_ready; }

void MapSharedRegions() {
  const Execution& execution = TheExecution();
  SharedSegments& segments = Shared().segments;
  const auto& [objects, lines, cells] = execution.shared_regions;
  if (!EmptyMemoryFile(segments.objects, objects.size)) segments.objects = kNoSegment;
  MapMemoryFile(segments.objects, objects.begin, objects.size);
  segments.lines = MapNewSegment(lines.begin, lines.size);
  segments.shadow = MapNewSegment(cells.begin, cells.size);
}

void ShareState() {
  if (Shared().image_count > 0) return;
  SharedSegments segments;
  const int first = InheritedFiles::FirstOfEngine();
  segments.state = NewMemoryFile(first);
  segments.execution = NewMemoryFile(first >= 0 ? first + 1 : first);
  segments.objects = NewMemoryFile(first >= 0 ? first + 2 : first);
  if (!EmptyMemoryFile(segments.state, kSharedStateSize)) segments.state = kNoSegment;
  MapMemoryFile(segments.state, kSharedAddress, kSharedStateSize);
  segments.file_undo = MapNewSegment(kFileUndoAddress, kFileUndoSize);
  Shared().segments = segments;
  DescribeImage(&Shared().images[0]);
  Shared().image_count = 1;
}

void InitExecution() {
  if (is_ready) return;
  // Two pages more than it needs: the recorder keeps its notes behind it.
  Map(kExecutionAddress, (sizeof(Execution) + 3 * kPageSize) & ~(kPageSize - 1), MAP_PRIVATE);
  Map(kSharedAddress, kSharedStateSize, MAP_SHARED);
  void* const table = Map(kShadowTableAddress, kShadowTableEntries * sizeof(ShadowPage*), MAP_PRIVATE);
  void* const pool = Map(kShadowPoolAddress, kShadowPoolSize, MAP_PRIVATE);
  char* const arena = static_cast<char*>(Map(kArenaAddress, kArenaSize, MAP_PRIVATE));
  Map(kSnapshotAddress, kSnapshotSize, MAP_PRIVATE);
  Map(kFileUndoAddress, kFileUndoSize, MAP_SHARED);
  Execution& execution = TheExecution();
  // The pool's first pages are the one that stands for freed memory.
  execution.freed_page = static_cast<ShadowPage*>(pool);
  const std::size_t object_bytes = kObjectPoolSize * sizeof(SyncObject);
  execution.shadow.Init(static_cast<ShadowPage**>(table), execution.freed_page + 1,
                        kShadowPoolSize - sizeof(ShadowPage), reinterpret_cast<SyncObject*>(arena), kObjectPoolSize,
                        kSharedObjects);
  // Cells name arena lines by 28-bit numbers.
  // The last quarter is memory that all processes of an execution share.
  char* const lines = arena + ((object_bytes + kPageSize - 1) & ~(kPageSize - 1));
  constexpr std::size_t kLineBytes = std::size_t{1} << 34;
  static_assert(kObjectPoolSize * sizeof(SyncObject) + kLineBytes + kPageSize <= kArenaSize);
  execution.arena.Init(lines, kLineBytes / 4 * 3);
  char* const shared_lines = lines + kLineBytes / 4 * 3;
  execution.shared_arena.Init(shared_lines, kLineBytes / 4);
  // Clocks of objects that all processes see are in these lines as well.
  constexpr std::size_t kSharedObjectBytes = (kSharedObjects * sizeof(SyncObject) + kPageSize - 1) & ~(kPageSize - 1);
  execution.arena.KeepFor(arena + kSharedObjectBytes, shared_lines, &execution.shared_arena);
  execution.shadow.InitShared(reinterpret_cast<void*>(kSharedShadowAddress), kSharedShadowSize, &execution.shared_use);
  execution.shared_regions[0] = {reinterpret_cast<std::uintptr_t>(arena), kSharedObjectBytes};
  execution.shared_regions[1] = {reinterpret_cast<std::uintptr_t>(shared_lines), kLineBytes / 4};
  execution.shared_regions[2] = {kSharedShadowAddress, kSharedShadowSize};
  for (const auto& region : execution.shared_regions) MapMemoryFile(kNoSegment, region.begin, region.size);
  execution.races.Init(&execution.shadow, &execution.arena);
  execution.setup_heap.Init(kSetupHeapAddress, kSetupHeapSize);
  execution.scenario_heap.Init(kScenarioHeapAddress, kScenarioHeapSize);
  constexpr unsigned long kFsgsbase = 1 << 1;  // HWCAP2_FSGSBASE
  execution.fsgsbase = (getauxval(AT_HWCAP2) & kFsgsbase) != 0;
  is_ready = true;
}

void* FindRealFunction(const char* name) {
  void* function = dlsym(RTLD_NEXT, name);
  if (function == nullptr) CheckFailed(name, "the C library lacks this function", 0);
  return function;
}

namespace {

// Lazy binding writes to libraries' data at the first call of every function. Those writes belong to no execution, so
// all functions are bound at start; libraries do that only when the environment says so, hence the second exec.
void BindNow(int argc, char** argv, char** environment) {
  (void)argc;
  static const char kName[] = "LD_BIND_NOW=1";
  int count = 0;
  for (; environment[count] != nullptr; ++count) {
    if (std::strncmp(environment[count], kName, sizeof kName - 2) == 0) {
      // The program is not to see it.
      for (char** next = environment + count; *next != nullptr; ++next) next[0] = next[1];
      return;
    }
  }
  const std::size_t size = (static_cast<std::size_t>(count) + 2) * sizeof(char*);
  const long memory = SystemCall(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  RC_CHECK(memory > 0);
  char** extended = reinterpret_cast<char**>(memory);
  std::memcpy(extended, environment, static_cast<std::size_t>(count) * sizeof(char*));
  extended[count] = const_cast<char*>(kName);
  extended[count + 1] = nullptr;
  SystemCall(SYS_execve, "/proc/self/exe", argv, extended);
  // No /proc: go on with lazy binding; restoring then only costs more.
}

void StartEngine(int argc, char** argv, char** environment) {
  BindNow(argc, argv, environment);
  InitExecution();
  if (JoinsExecution(environment)) {
    TheExecution().real.pthread_create =
        reinterpret_cast<decltype(RealFunctions::pthread_create)>(FindRealFunction("pthread_create"));
    DescribeLoadedProgram();
    return;
  }
  ReadSettings(environment);
  const char* const expected_output = TheSettings().expected_output;
  if (expected_output != nullptr && !TheExecution().expected_output.Read(expected_output)) {
    CheckFailed(expected_output, "the expected output cannot be read", 0);
  }
  if (TheSettings().switches_by_system_call) TheExecution().fsgsbase = false;
  TheExecution().real.pthread_create =
      reinterpret_cast<decltype(RealFunctions::pthread_create)>(FindRealFunction("pthread_create"));
  DescribeLoadedProgram();
}

__attribute__((section(".preinit_array"), used)) void (*const start_engine)(int, char**, char**) = StartEngine;

}  // namespace
}  // namespace racecourse
