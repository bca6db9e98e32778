// Keeps every step of an execution that is replayed for a report: its thread, object, values and stack.
// Program code only, and only while Execution::records is set: speed does not matter here.
#ifndef RACECOURSE_EXECUTION_RECORDER_H_
#define RACECOURSE_EXECUTION_RECORDER_H_

#include "framework/execution/execution.h"

namespace racecourse {

// The stack of the caller, as far as it can be unwound.
void CaptureStack(Stack* stack);

// Adds the callers of the function whose frame begins at `frame`, by frame pointers: quick, and right as far as the
// code has them, which what is compiled with our flags has. The engine's own frames are left out if they come first.
void FollowFramePointers(std::uint64_t frame, Stack* stack);
// True for an address of eight bytes that a stack of the program may have: a thread's, or memory of the heap.
bool IsOnAStack(std::uint64_t address);

// What Performed is told of an operation on a descriptor that would block and may not, or that gave up.
inline constexpr std::uint32_t kWouldBlockOutcome = 0xffffff;

// The last entry of the itinerary has a fault that was chosen: who follows does not know how to meet it.
void RecordFault();

// The current thread goes on from a scheduling point: one more entry of the itinerary.
void RecordArrival(OperationKind kind);

void RecordStep(OperationKind kind, const SyncObject* object, std::uint32_t outcome);
void RecordThreadStep(OperationKind kind, const Thread& thread);
// A plain access to the watched granule, or a free of it.
void RecordPlainAccess(OperationKind kind, std::uintptr_t address, std::size_t size, std::uint64_t code);

// Something done to the coroutine with this frame.
void RecordCoroutine(OperationKind kind, const void* frame);
// The suspension of it that was recorded last gives its handle to nobody.
void NoteCoroutineRests(const void* frame);
// True if at this suspension the coroutine gave its handle to somebody who is to resume it.
bool CoroutineWaits(const StepRecord& suspension);
// The last kept step that did `kind` to it, nullptr if there is none.
const StepRecord* FindCoroutineStep(OperationKind kind, const void* frame);

// The program's code `code` asks for a block, by calling the function of ours whose frame is given.
void RecordAllocation(std::uint32_t number, std::uint64_t code, const void* frame);
// The allocation with this number, nullptr if it is not kept.
const AllocationRecord* FindAllocation(std::uint32_t number);

// Texts for the next recorded step.
void NoteOutcome(const char* outcome);
void NoteValue(std::uint64_t before, std::uint64_t after, unsigned size, bool changes);

// The step with this number, nullptr if it is not kept.
const StepRecord* FindStep(Step step);
// The last kept step of `slot` that touched `granule`, reads only if `reads_too`.
const StepRecord* FindAccess(ThreadSlot slot, std::uintptr_t granule, bool reads_too);

// Fills in the value of the last recorded plain write: at the time of the step it was not yet written.
void CompletePlainWrite();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_RECORDER_H_
