#include "framework/execution/recorder.h"

#include <unwind.h>

#include <cstring>

#include "framework/core/text.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"

namespace racecourse {
namespace {

// Of the next step; engine code runs on one thread, and steps are recorded one at a time.
struct Notes {
  char outcome[72];
  char value[48];
  StepRecord* incomplete_write;
};
Notes& TheNotes() {
  // Behind the Execution proper, in memory that restoring does not touch.
  static_assert(sizeof(Notes) < 4096);
  return *reinterpret_cast<Notes*>(kExecutionAddress + ((sizeof(Execution) + kPageSize - 1) & ~(kPageSize - 1)));
}

StepRecord& NewStep(OperationKind kind, const Stack& stack) {
  CompletePlainWrite();
  Execution& execution = TheExecution();
  SharedState& shared = Shared();
  StepRecord& record = shared.step_records[shared.step_record_count++ % SharedState::kMaxStepRecords];
  const Thread& self = *execution.current;
  record.step = execution.step_count;
  record.thread = static_cast<std::uint8_t>(self.accessor.slot);
  record.thread_id = self.id;
  record.kind = kind;
  record.preempts = execution.switched_by_choice;
  record.object[0] = '\0';
  Notes& notes = TheNotes();
  std::memcpy(record.outcome, notes.outcome, sizeof record.outcome);
  std::memcpy(record.value, notes.value, sizeof record.value);
  notes.outcome[0] = '\0';
  notes.value[0] = '\0';
  record.address = 0;
  record.size = 0;
  record.arrival = shared.stretch_count;
  record.accesses = shared.accesses_since_arrival;
  record.image = ProcessAt(ThisProcess()).image;
  record.frame_count = stack.count < StepRecord::kMaxFrames ? stack.count : StepRecord::kMaxFrames;
  std::memcpy(record.frames, stack.frames, record.frame_count * sizeof(std::uint64_t));
  return record;
}

StepRecord& NewStep(OperationKind kind) {
  Stack stack;
  CaptureStack(&stack);
  return NewStep(kind, stack);
}

void WriteValue(Text& text, std::uint64_t value, unsigned size) {
  switch (size) {
    case 1:
      text << static_cast<std::int64_t>(static_cast<std::int8_t>(value));
      break;
    case 2:
      text << static_cast<std::int64_t>(static_cast<std::int16_t>(value));
      break;
    case 4:
      text << static_cast<std::int64_t>(static_cast<std::int32_t>(value));
      break;
    default:
      // Eight bytes are as often a pointer as a number.
      if (value > 0xffff'ffff && value < 0x7fff'ffff'ffff) {
        text.Hex(value);
      } else {
        text << static_cast<std::int64_t>(value);
      }
  }
}

}  // namespace

void CaptureStack(Stack* stack) {
  stack->count = 0;
  stack->image = ProcessAt(ThisProcess()).image;
  // The unwinder calls functions we interpose; for it they are libc's.
  Execution& execution = TheExecution();
  Thread* const current = execution.current;
  execution.current = nullptr;
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* argument) {
        auto* stack = static_cast<Stack*>(argument);
        int is_before_instruction = 0;
        std::uint64_t code = _Unwind_GetIPInfo(context, &is_before_instruction);
        if (code == 0) return _URC_END_OF_STACK;
        if (!is_before_instruction) --code;
        // The engine's own frames come first and are of no interest.
        const Execution& execution = TheExecution();
        if (stack->count == 0 && code >= execution.engine_code_begin && code < execution.engine_code_end) {
          return _URC_NO_REASON;
        }
        if (stack->count == Stack::kMaxFrames) return _URC_END_OF_STACK;
        stack->frames[stack->count++] = code;
        return _URC_NO_REASON;
      },
      stack);
  execution.current = current;
}

bool IsOnAStack(std::uint64_t address) {
  return address % 8 == 0 &&
         (TheExecution().scenario_heap.Owns(reinterpret_cast<void*>(address)) ||
          (address >= kPuppetAddress && address < kPuppetAddress + kMaxThreads * kPuppetRegionSize));
}

void FollowFramePointers(std::uint64_t frame, Stack* stack) {
  const Execution& execution = TheExecution();
  constexpr std::uint64_t kFrameSizeMax = std::uint64_t{8} << 20;
  while (stack->count < Stack::kMaxFrames && IsOnAStack(frame)) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(frame);
    const std::uint64_t code = words[1] - 1;
    const bool is_engine = code >= execution.engine_code_begin && code < execution.engine_code_end;
    if (!is_engine) {
      stack->frames[stack->count++] = code;
    } else if (stack->count > 0) {
      return;  // the thread's beginning
    }
    // Callers lie above.
    if (words[0] <= frame || words[0] - frame > kFrameSizeMax) return;
    frame = words[0];
  }
}

void RecordArrival(OperationKind kind) {
  SharedState& shared = Shared();
  const std::uint32_t number = shared.arrival_count++;
  if (number >= SharedState::kMaxArrivals) return;
  const Execution& execution = TheExecution();
  const bool goes_on = number > 0 && shared.arrivals[number - 1].thread == execution.current->id;
  if (kind != OperationKind::kTimeSlice || !goes_on) {
    ++shared.stretch_count;
    shared.accesses_since_arrival = 0;
  }
  shared.arrivals[number] = {execution.now, execution.current->id, kind, Arrival::kNoOutcome};
}

namespace {

// The operation that the last arrival announced took place.
void RecordOutcome(OperationKind kind, std::uint32_t outcome) {
  if (!HasOutcome(kind)) return;
  SharedState& shared = Shared();
  if (shared.arrival_count == 0 || shared.arrival_count > SharedState::kMaxArrivals) return;
  Arrival& arrival = shared.arrivals[shared.arrival_count - 1];
  if (arrival.kind != kind || arrival.outcome != Arrival::kNoOutcome) return;
  if (AwaitsDescriptor(kind)) {
    arrival.outcome = outcome == kWouldBlockOutcome ? Arrival::kGaveUp : Arrival::kTookPlace;
    return;
  }
  if (kind == OperationKind::kWaitForChild && outcome != 0) outcome -= static_cast<std::uint32_t>(kRootPid);
  arrival.outcome = static_cast<std::uint8_t>(outcome < Arrival::kFault ? outcome : Arrival::kFault - 1);
}

}  // namespace

void RecordFault() {
  SharedState& shared = Shared();
  if (shared.arrival_count == 0 || shared.arrival_count > SharedState::kMaxArrivals) return;
  shared.arrivals[shared.arrival_count - 1].outcome = Arrival::kFault;
}

constexpr char kCoroutineRests[] = "its handle goes to nobody new";

bool CoroutineWaits(const StepRecord& suspension) { return std::strcmp(suspension.outcome, kCoroutineRests) != 0; }

void RecordStep(OperationKind kind, const SyncObject* object, std::uint32_t outcome) {
  RecordOutcome(kind, outcome);
  StepRecord& record = NewStep(kind);
  if (object == nullptr) return;
  Text text(record.object);
  WriteObjectName(text, *object);
  record.address = object->address;
  record.size = object->size;
}

void RecordThreadStep(OperationKind kind, const Thread& thread) {
  // A thread begins without having come to a scheduling point.
  if (kind == OperationKind::kThreadStart || kind == OperationKind::kProcessStart) RecordArrival(kind);
  RecordOutcome(kind, 0);
  StepRecord& record = NewStep(kind);
  Text text(record.object);
  WriteThreadName(text, thread);
}

void RecordPlainAccess(OperationKind kind, std::uintptr_t address, std::size_t size, std::uint64_t) {
  StepRecord& record = NewStep(kind);
  record.address = address;
  record.size = static_cast<std::uint32_t>(size);
  if (size > 8 || kind == OperationKind::kFree) return;
  if (kind == OperationKind::kPlainWrite) {
    TheNotes().incomplete_write = &record;
    return;
  }
  std::uint64_t value = 0;
  std::memcpy(&value, reinterpret_cast<const void*>(address), size);
  Text text(record.value);
  WriteValue(text, value, static_cast<unsigned>(size));
}

void RecordCoroutine(OperationKind kind, const void* frame) {
  // There may be millions of these, in a recursion of coroutines each as deep as the one before.
  Stack stack;
  FollowFramePointers(reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)), &stack);
  StepRecord& record = NewStep(kind, stack);
  record.address = reinterpret_cast<std::uintptr_t>(frame);
  Text text(record.object);
  text << "coroutine ";
  text.Hex(record.address);
}

void NoteCoroutineRests(const void* frame) {
  SharedState& shared = Shared();
  if (shared.step_record_count == 0) return;
  StepRecord& record = shared.step_records[(shared.step_record_count - 1) % SharedState::kMaxStepRecords];
  if (record.kind != OperationKind::kCoroutineSuspend || record.address != reinterpret_cast<std::uintptr_t>(frame))
    return;
  Text(record.outcome) << kCoroutineRests;
}

const StepRecord* FindCoroutineStep(OperationKind kind, const void* frame) {
  const SharedState& shared = Shared();
  const std::uint32_t kept =
      shared.step_record_count < SharedState::kMaxStepRecords ? shared.step_record_count : SharedState::kMaxStepRecords;
  for (std::uint32_t i = 1; i <= kept; ++i) {
    const StepRecord& record = shared.step_records[(shared.step_record_count - i) % SharedState::kMaxStepRecords];
    if (record.kind == kind && record.address == reinterpret_cast<std::uintptr_t>(frame)) return &record;
  }
  return nullptr;
}

void CompletePlainWrite() {
  Notes& notes = TheNotes();
  StepRecord* record = notes.incomplete_write;
  if (record == nullptr) return;
  notes.incomplete_write = nullptr;
  std::uint64_t value = 0;
  std::memcpy(&value, reinterpret_cast<const void*>(record->address), record->size);
  Text text(record->value);
  WriteValue(text, value, record->size);
}

void RecordAllocation(std::uint32_t number, std::uint64_t code, const void* frame) {
  Execution& execution = TheExecution();
  const Thread& self = *execution.current;
  AllocationRecord& record = execution.allocations[number % kMaxAllocationRecords];
  record.number = number;
  record.thread = self.accessor.slot;
  record.thread_id = self.id;
  record.step = execution.step_count;
  record.frames[0] = code;
  record.frame_count = 1;
  // A program may allocate a million times: its frame pointers are followed, which costs next to nothing. They end
  // where a library without them begins.
  const auto stack_end = reinterpret_cast<std::uintptr_t>(self.stack_base);
  auto at = reinterpret_cast<std::uintptr_t>(frame);
  while (record.frame_count < AllocationRecord::kMaxFrames) {
    const std::uintptr_t next = *reinterpret_cast<const std::uintptr_t*>(at);
    if (next <= at || next + 16 > stack_end || next % 8 != 0) break;
    const std::uint64_t caller = reinterpret_cast<const std::uint64_t*>(next)[1] - 1;
    if (!execution.IsProgramCode(caller)) break;
    record.frames[record.frame_count++] = caller;
    at = next;
  }
}

const AllocationRecord* FindAllocation(std::uint32_t number) {
  const AllocationRecord& record = TheExecution().allocations[number % kMaxAllocationRecords];
  return record.number == number ? &record : nullptr;
}

void NoteOutcome(const char* outcome) { Text(TheNotes().outcome) << outcome; }

void NoteValue(std::uint64_t before, std::uint64_t after, unsigned size, bool changes) {
  Text text(TheNotes().value);
  WriteValue(text, before, size);
  if (!changes) return;
  text << " -> ";
  WriteValue(text, after, size);
}

const StepRecord* FindStep(Step step) {
  const SharedState& shared = Shared();
  const std::uint32_t kept =
      shared.step_record_count < SharedState::kMaxStepRecords ? shared.step_record_count : SharedState::kMaxStepRecords;
  for (std::uint32_t i = 1; i <= kept; ++i) {
    const StepRecord& record = shared.step_records[(shared.step_record_count - i) % SharedState::kMaxStepRecords];
    if (record.step == step) return &record;
  }
  return nullptr;
}

const StepRecord* FindAccess(ThreadSlot slot, std::uintptr_t granule, bool reads_too) {
  const SharedState& shared = Shared();
  const std::uint32_t kept =
      shared.step_record_count < SharedState::kMaxStepRecords ? shared.step_record_count : SharedState::kMaxStepRecords;
  for (std::uint32_t i = 1; i <= kept; ++i) {
    const StepRecord& record = shared.step_records[(shared.step_record_count - i) % SharedState::kMaxStepRecords];
    if (record.thread != slot || record.size == 0) continue;
    if (record.address + record.size <= granule || record.address >= granule + 8) continue;
    if (!reads_too && !IsWriteLike(record.kind)) continue;
    return &record;
  }
  return nullptr;
}

}  // namespace racecourse
