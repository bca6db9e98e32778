// Where the engine's memory lives. Every region has a fixed address, far from where the kernel places a non-PIE
// program, its libraries and its stack, so that heap, stack and TLS addresses are the same in every run with address
// space randomisation on: identity never rests on luck.
#ifndef RACECOURSE_CORE_ADDRESS_SPACE_H_
#define RACECOURSE_CORE_ADDRESS_SPACE_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

inline constexpr std::size_t kPageSize = 4096;

// Below 2 GiB, so that generated code reaches the hot state by absolute addresses.
inline constexpr std::uintptr_t kExecutionAddress = 0x5000'0000;

// All else is from here up, below kEngineMemoryEnd.
inline constexpr std::uintptr_t kSharedAddress = 0x1100'0000'0000;
inline constexpr std::uintptr_t kEngineMemoryEnd = 0x2000'0000'0000;
inline constexpr std::uintptr_t kSetupHeapAddress = 0x1200'0000'0000;
inline constexpr std::size_t kSetupHeapSize = std::size_t{4} << 30;
inline constexpr std::uintptr_t kScenarioHeapAddress = 0x1300'0000'0000;
inline constexpr std::size_t kScenarioHeapSize = std::size_t{64} << 30;

// One region per puppet: guard, stack growing down, then the puppet's own TLS and parked frame at the top.
inline constexpr std::uintptr_t kPuppetAddress = 0x1400'0000'0000;
inline constexpr std::size_t kPuppetRegionSize = std::size_t{16} << 20;
inline constexpr std::size_t kPuppetStackSize = std::size_t{8} << 20;
inline constexpr std::size_t kPuppetTopSize = std::size_t{256} << 10;

inline constexpr std::uintptr_t kShadowTableAddress = 0x1500'0000'0000;
inline constexpr std::uintptr_t kShadowPoolAddress = 0x1600'0000'0000;
inline constexpr std::size_t kShadowPoolSize = std::size_t{512} << 30;
inline constexpr std::uintptr_t kArenaAddress = 0x1700'0000'0000;
inline constexpr std::size_t kArenaSize = std::size_t{64} << 30;
inline constexpr std::uintptr_t kSnapshotAddress = 0x1800'0000'0000;
inline constexpr std::size_t kSnapshotSize = std::size_t{16} << 30;
inline constexpr std::uintptr_t kFileUndoAddress = 0x1b00'0000'0000;
inline constexpr std::size_t kFileUndoSize = std::size_t{1} << 30;

// Memory that a program shares between processes, at the same address in each; and what shadows it.
inline constexpr std::uintptr_t kSharedMappingAddress = 0x1c00'0000'0000;
inline constexpr std::size_t kSharedMappingSize = std::size_t{4} << 30;
inline constexpr std::uintptr_t kSharedShadowAddress = 0x1d00'0000'0000;
inline constexpr std::size_t kSharedShadowSize = std::size_t{12} << 30;

// No memory stands here: the addresses are the identities of objects that the program knows by number, not by address.
inline constexpr std::uintptr_t kNumberedObjectAddress = 0x1900'0000'0000;

}  // namespace racecourse

#endif  // RACECOURSE_CORE_ADDRESS_SPACE_H_
