// Finds blocks of the scenario heap that are lost: not freed when the execution has ended, and no pointer to them left.
//
// Source: what LeakSanitizer does (a conservative mark and sweep from globals, stacks, registers and thread storage).
// Guarantee: a block counts as lost only if no eight bytes that the program, a library or the engine could still use
// hold an address in it, plain or with a tag above or below; before anybody is accused, the same is asked of every byte
// position and of all other memory of the process. Only blocks that the program's own code asked for are looked at,
// made by threads that have ended. Cost: nothing when all is freed; else the pages this process has written, the stacks
// that are left and the blocks that are live.
// Threads: engine code, between the end of an execution and the restoring of its image.
#ifndef RACECOURSE_EXECUTION_LEAK_H_
#define RACECOURSE_EXECUTION_LEAK_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// The block to name among those that are lost.
struct Leak {
  std::uintptr_t block = 0;  // 0: nothing is lost
  std::uint32_t count = 0;   // lost blocks in all, as far as the program asked for them
  std::size_t bytes = 0;
  // The frame of a coroutine among them that waits for somebody to resume it; 0: none does, or it is not known.
  std::uintptr_t waiting_coroutine = 0;
};

// `engine_frame`: the frame of a function that ran before the program did; what is above it on the process's own stack
// may be the program's (its arguments).
Leak FindLeak(const void* engine_frame);

// Says so in the finding, and ends the process.
[[noreturn]] void ReportLeak(const Leak& leak);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_LEAK_H_
