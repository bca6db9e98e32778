// Memory of the engine's that processes share, in a form that a program can find again which one of them becomes by
// exec. There are two kinds.
//
// What every process touches is a file in memory, whose pages a new process gets many at a time. The explorer has it
// open under a number that the program must not touch, and a program that joins opens it by /proc. Files are held to
// RLIMIT_FSIZE, so what is larger than that may be, and seldom touched, is a segment of System V, known by number. It
// is marked for removal as soon as it is attached, and gone with the last process that has it. Source: shmctl(2),
// IPC_RMID, which on Linux lets who knows the number attach a marked segment.
//
// Threads: engine code, or the one running thread.
#ifndef RACECOURSE_EXECUTION_SEGMENTS_H_
#define RACECOURSE_EXECUTION_SEGMENTS_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

inline constexpr std::int32_t kNoSegment = -1;

// Which memory is what.
struct SharedSegments {
  // Descriptors.
  std::int32_t state = kNoSegment;
  std::int32_t execution = kNoSegment;
  std::int32_t objects = kNoSegment;
  // Segments.
  std::int32_t file_undo = kNoSegment;
  std::int32_t lines = kNoSegment;
  std::int32_t shadow = kNoSegment;

  bool AreComplete() const {
    return state != kNoSegment && execution != kNoSegment && objects != kNoSegment && file_undo != kNoSegment &&
           lines != kNoSegment && shadow != kNoSegment;
  }
};

// A file in memory, empty, under `number`. Its descriptor, or kNoSegment.
std::int32_t NewMemoryFile(std::int32_t number);
// Makes the file `size` zero bytes; false if that cannot be.
bool EmptyMemoryFile(std::int32_t file, std::size_t size);
// Maps the file, or where there is none anonymous memory that processes share; at `address` in place of what is there,
// or at 0 where there is room.
void* MapMemoryFile(std::int32_t file, std::uintptr_t address, std::size_t size);
// The file that the process `owner` has under that number; kNoSegment if there is none.
std::int32_t OpenMemoryFileOf(std::int32_t owner, std::int32_t file);

// Maps a new, empty segment at `address`, in place of what is there. Where the machine has none to give it is
// anonymous, and the result kNoSegment.
std::int32_t MapNewSegment(std::uintptr_t address, std::size_t size);
// Maps an existing one. False if there is no such segment.
bool AttachSegment(std::int32_t segment, std::uintptr_t address);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_SEGMENTS_H_
