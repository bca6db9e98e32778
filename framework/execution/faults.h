// What may go wrong in the kernel and around a process, where a test or an order asks for it: transfers of fewer bytes
// than were asked for, calls that a signal interrupts, a fork that finds no room, a process that is killed or gets a
// signal at any of its operations. Each is a choice: it is in the schedule, is replayed, and is taken out again by
// shrinking if the failure does without. 0, the default, is that nothing goes wrong.
//
// Threads: program code only.
#ifndef RACECOURSE_EXECUTION_FAULTS_H_
#define RACECOURSE_EXECUTION_FAULTS_H_

#include <cstddef>

#include "framework/execution/execution.h"

namespace racecourse {

// The bits of racecourse/faults.h, and of the order `faults`.
inline constexpr std::uint32_t kShortReads = 1;
inline constexpr std::uint32_t kShortWrites = 2;
inline constexpr std::uint32_t kInterruptions = 4;
inline constexpr std::uint32_t kForkFailures = 8;
inline constexpr std::uint32_t kCrashes = 16;  // of every child process
inline constexpr std::uint32_t kAllFaults = 31;

// How many an execution may have: a program that takes up what failed comes to its end.
inline constexpr std::uint32_t kFaultsMax = 4;

// At the beginning of an execution.
void BeginFaults();

// True if the current operation is to fail in this way.
bool ChooseFault();
inline bool Fails(std::uint32_t fault) {
  return __builtin_expect((TheExecution().faults_allowed & fault) != 0, 0) && ChooseFault();
}
// How many of `size` bytes are transferred: all of them, or fewer by a fault.
std::size_t ChooseTransfer(std::uint32_t fault, std::size_t size);
// The outcome of the next recorded step: "3 of 10 bytes, as the kernel may".
void NoteShortTransfer(std::size_t transferred, std::size_t size);

// The call that waits is interrupted: it becomes a step of its own.
void PerformInterrupted(OperationKind kind, const SyncObject* object);

// The current thread is at an operation, or about to wait: its process may be killed, or get a signal, here.
void ActOnProcessFaults();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_FAULTS_H_
