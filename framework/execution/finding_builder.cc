#include "framework/execution/finding_builder.h"

#include <signal.h>

#include <cstring>

#include "framework/execution/descriptor_wait.h"
#include "framework/execution/foreign_program.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

// In scheduling points: what a time slice, and a second without any call into the engine, are worth.
constexpr std::uint64_t kWorkPerSlice = 4'000;
constexpr std::uint64_t kWorkPerSecond = 1'000'000;

const char* StateName(const Execution& execution, const Thread& thread) {
  if (thread.state == Thread::State::kFinished) return "finished";
  if (&thread == execution.current) return "running";
  return execution.enabled.Contains(thread.accessor.slot) ? "runnable" : "blocked";
}

}  // namespace

void DescribeWait(Text& text, const Thread& thread) {
  const Execution& execution = TheExecution();
  if (WaitsForDescriptors(thread)) return DescribeDescriptorWait(text, thread);
  if (WaitsInProgram(thread)) return DescribeProgramWait(text, thread);
  if (thread.waits_for_thread != kNoThread) {
    text << "the end of ";
    WriteThreadName(text, execution.threads[thread.waits_for_thread]);
    return;
  }
  if (execution.child_waiters.Contains(thread.accessor.slot)) {
    text << "the end of a child process";
    if (thread.waits_for_child > 0) text << " (" << thread.waits_for_child << ')';
    if (thread.waits_for_child < -1) text << " of process group " << std::int64_t{-thread.waits_for_child};
    return;
  }
  const SyncObject* object = AwaitedObject(thread);
  if (object == nullptr) {
    if (thread.awaits_signal) {
      text << "a signal";
    } else if (execution.sleeping.Contains(thread.accessor.slot)) {
      text << "time to pass";
    } else if (thread.waits_for != nullptr) {
      text << "something in the memory of its own process";
    }
    return;
  }
  WriteObjectName(text, *object);
  if (object->owner != kNoThread && object->owner < execution.slots_in_use) {
    text << ", held by ";
    const Thread& owner = execution.threads[object->owner];
    WriteThreadName(text, owner);
    if (owner.process != thread.process && !IsSharedObject(object)) {
      text << ", which is not in this process: fork copies a lock, and not the thread that holds it";
    }
  } else if (!object->holders.Empty()) {
    text << ", held for reading by ";
    WriteThreadName(text, execution.threads[object->holders.First()]);
  }
}

namespace {

void RecordThreads() {
  Execution& execution = TheExecution();
  SharedState& shared = Shared();
  shared.thread_record_count = 0;
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    const Thread& thread = execution.threads[slot];
    if (shared.thread_record_count == SharedState::kMaxThreadRecords) break;
    ThreadRecord& record = shared.thread_records[shared.thread_record_count++];
    record.id = thread.id;
    record.slot = slot;
    record.created_by = thread.created_by < execution.slots_in_use ? execution.threads[thread.created_by].id : 0;
    record.created_at_step = thread.created_at_step;
    Text(record.state) << StateName(execution, thread);
    Text waits(record.waits_for);
    record.stack.count = 0;
    if (thread.state != Thread::State::kLive) continue;
    DescribeWait(waits, thread);
    if (execution.records) {
      if (&thread == execution.current) {
        CaptureStack(&record.stack);
      } else {
        record.stack = execution.pending_stacks[slot];
      }
    }
  }
}

}  // namespace

FindingBuilder::FindingBuilder(FindingKind kind) : finding_(Shared().finding), message_(Shared().finding.message) {
  // What a thread runs into that was woken to look again is no choice of the schedule's. That it goes on is.
  if (__builtin_expect(TheExecution().second_look.is_on, 0)) LeaveLook(TheExecution());
  finding_.kind = kind;
  finding_.stack_count = 0;
  finding_.object_name[0] = '\0';
  finding_.object_address = 0;
}

FindingStack& FindingBuilder::NewStack(ThreadSlot thread, Step step) {
  static FindingStack const kNothing{};
  const std::uint32_t at =
      finding_.stack_count < Finding::kMaxStacks ? finding_.stack_count++ : Finding::kMaxStacks - 1;
  FindingStack& stack = finding_.stacks[at];
  std::memcpy(&stack, &kNothing, sizeof stack);
  stack.thread = TheExecution().threads[thread].id;
  stack.step = step;
  return stack;
}

Text FindingBuilder::AddStackOf(const Thread& thread) {
  Execution& execution = TheExecution();
  FindingStack& stack = NewStack(thread.accessor.slot, execution.step_count);
  if (execution.records) {
    if (&thread == execution.current) {
      CaptureStack(&stack.stack);
    } else {
      stack.stack = execution.pending_stacks[thread.accessor.slot];
    }
  }
  return Text(stack.role);
}

Text FindingBuilder::AddStack(ThreadSlot thread, Step step, const Stack& kept) {
  FindingStack& stack = NewStack(thread, step);
  stack.stack = kept;
  return Text(stack.role);
}

bool FindingBuilder::AddStackOfStep(const StepRecord* record, Text* role) {
  if (record == nullptr) return false;
  FindingStack& stack = NewStack(record->thread, record->step);
  stack.thread = record->thread_id;
  Text(stack.value) << record->value;
  stack.stack.count = record->frame_count;
  stack.stack.image = record->image;
  std::memcpy(stack.stack.frames, record->frames, record->frame_count * sizeof(std::uint64_t));
  *role = Text(stack.role);
  return true;
}

void FindingBuilder::AddStackOfAllocation(std::uint32_t number) {
  if (!TheExecution().records) return;
  const AllocationRecord* record = FindAllocation(number);
  if (record == nullptr) return;
  FindingStack& stack = NewStack(record->thread, record->step);
  stack.thread = record->thread_id;
  Text(stack.role) << "allocated here";
  stack.stack.image = ProcessAt(ThisProcess()).image;
  stack.stack.count = record->frame_count;
  std::memcpy(stack.stack.frames, record->frames, record->frame_count * sizeof(std::uint64_t));
}

void FindingBuilder::SetHeapBlock(std::size_t size, std::uintptr_t address) {
  char name[64];
  Text(name) << "heap block of " << std::uint64_t{size} << (size == 1 ? " byte" : " bytes");
  SetObject(name, address);
}

void FindingBuilder::SetObject(const char* name, std::uintptr_t address) {
  Text(finding_.object_name) << name;
  finding_.object_address = address;
  finding_.object_image = ProcessAt(ThisProcess()).image;
}

void FindingBuilder::Report() {
  CompletePlainWrite();
  RecordThreads();
  EndExplorer(ExplorerResult::kFound);
}

void EndExplorer(ExplorerResult result) {
  Execution& execution = TheExecution();
  SharedState& shared = Shared();
  shared.preemptions = execution.preemptions;
  shared.step_count = execution.step_count;
  shared.work =
      execution.arrivals + execution.most_quiet_slices * kWorkPerSlice + execution.watch_rounds * kWorkPerSecond;
  shared.event_hash = execution.event_hash;
  shared.unused_deviations = shared.order.mode == Order::Mode::kReplay ? execution.replay.UnusedDeviations() : 0;
  if (shared.exploring_since != 0) {
    shared.exploring_nanoseconds += static_cast<std::uint64_t>(RealNanoseconds() - shared.exploring_since);
  }
  shared.result = result;
  // The first process is the one that the supervisor waits for; its end takes all others along.
  if (!IsRootProcess()) SystemCall(SYS_kill, ProcessAt(kRootProcess).real_pid, SIGKILL);
  SystemCall(SYS_exit_group, 0);
  __builtin_trap();
}

void ReportUncontrolled(const char* why) {
  FindingBuilder builder(FindingKind::kNone);
  builder.Message() << why;
  const Thread* current = TheExecution().current;
  if (current != nullptr) builder.AddStackOf(*current) << "where it was stopped";
  RecordThreads();
  EndExplorer(ExplorerResult::kUncontrolled);
}

void RefuseToShare(const char* why) {
  if (!Shared().order.shares_files) return;
  Shared().wants_files_alone = true;
  ReportUncontrolled(why);
}

void ReportAtCurrentThread(FindingKind kind, const char* message) {
  FindingBuilder builder(kind);
  builder.Message() << message;
  builder.AddStackOf(*TheExecution().current) << "here";
  builder.Report();
}

void ReportMisuse(const char* what, const SyncObject* object) {
  FindingBuilder builder(FindingKind::kMisuse);
  const Execution& execution = TheExecution();
  WriteThreadName(builder.Message(), *execution.current);
  builder.Message() << ' ' << what;
  if (object != nullptr) {
    builder.Message() << " (";
    WriteObjectName(builder.Message(), *object);
    if (object->owner != kNoThread && object->owner != execution.current->accessor.slot) {
      builder.Message() << ", held by ";
      WriteThreadName(builder.Message(), execution.threads[object->owner]);
    }
    builder.Message() << ')';
  }
  builder.Message() << '.';
  builder.AddStackOf(*execution.current) << "misused here";
  if (object != nullptr && object->owner != kNoThread) {
    Text role(Shared().finding.stacks[0].role);
    if (builder.AddStackOfStep(FindStep(object->owned_since), &role)) role << "taken here";
    Text(Shared().finding.stacks[0].role) << "misused here";
  }
  builder.Report();
}

void ReportEscape(const char* function) {
  FindingBuilder builder(FindingKind::kMisuse);
  WriteThreadName(builder.Message(), *TheExecution().current);
  builder.Message() << " calls " << function
                    << ", which leaves the scheduler's control: what happens then cannot be explored or replayed. "
                       "This kind of exercise does not allow it.";
  builder.AddStackOf(*TheExecution().current) << "called here";
  builder.Report();
}

namespace {

// True if the address lies in the frame of a coroutine that the current thread has resumed: frames are blocks of the
// heap.
bool IsInRunningFrame(const Execution& execution, std::uintptr_t address) {
  bool found = false;
  execution.coroutines.ForEachRunning([&](const CoroutineUse::Event& event) {
    const auto frame = reinterpret_cast<std::uintptr_t>(event.frame);
    if (event.thread != execution.current->accessor.slot || !execution.scenario_heap.Owns(event.frame)) return;
    auto* block = const_cast<void*>(event.frame);
    if (!Heap::IsLive(block)) return;
    found |= address >= frame && address - frame < Heap::HeaderOf(block)->size;
  });
  return found;
}

}  // namespace

void ReportConflict(const Conflict& conflict, std::uintptr_t address, std::size_t size, bool is_write, bool is_atomic,
                    std::uint64_t code) {
  Execution& execution = TheExecution();
  const Thread& self = *execution.current;
  const bool is_race = conflict.kind == Conflict::Kind::kRace;
  Shared().conflict_granule = conflict.granule;
  Shared().conflict_code[0] =
      code >= execution.code_begin && code < execution.code_end ? code - execution.code_begin : 0;
  Shared().conflict_code[1] = 0;
  const bool is_outside = conflict.kind == Conflict::Kind::kOutside;
  FindingBuilder builder(is_race      ? FindingKind::kDataRace
                         : is_outside ? FindingKind::kHeapOverflow
                                      : FindingKind::kUseAfterFree);
  Text& message = builder.Message();
  const char* verb =
      is_write ? (is_atomic ? "atomically writes " : "writes ") : (is_atomic ? "atomically reads " : "reads ");
  WriteThreadName(message, self);
  message << ' ' << verb << std::uint64_t{size} << (size == 1 ? " byte" : " bytes");
  if (is_race) {
    const Thread& other = execution.threads[conflict.other];
    message << " that ";
    WriteThreadName(message, other);
    message
        << (conflict.other_is_write ? (conflict.other_is_atomic ? " wrote atomically" : " wrote")
                                    : (conflict.other_is_atomic ? " read atomically" : " read"))
        << ", and nothing orders the two accesses: no lock that both hold, no join, no atomic that one sets and the "
           "other sees.";
  } else if (is_outside) {
    message << " outside any block of the heap: past the end of the block before, or in front of the block after.";
  } else {
    message << " of memory that was already freed.";
  }
  char name[64];
  Text object(name);
  if (IsInRunningFrame(execution, address)) {
    object << "the frame of a coroutine";
    if (is_race) {
      message << " It lies in the frame of a coroutine that was resumed before the other thread had suspended it, or "
                 "was done with it: the handle was passed on too early.";
    }
  } else if (execution.scenario_heap.Owns(reinterpret_cast<void*>(address))) {
    object << "memory on the heap";
  } else if (address >= execution.data_begin && address < execution.data_end) {
    object << "a global variable";
  } else if (IsInSharedMapping(address)) {
    object << "memory that processes share";
  } else if (address >= kPuppetAddress && address < kPuppetAddress + kMaxThreads * kPuppetRegionSize) {
    object << "a variable on the stack of ";
    WriteThreadName(object, execution.threads[(address - kPuppetAddress) / kPuppetRegionSize]);
  } else {
    object << "memory";
  }
  builder.SetObject(name, address);
  builder.AddStackOf(self) << "this " << (is_atomic ? "atomic " : "") << (is_write ? "write of " : "read of ")
                           << std::uint64_t{size} << (size == 1 ? " byte" : " bytes");
  CompletePlainWrite();
  Text role(Shared().finding.stacks[0].role + sizeof Shared().finding.stacks[0].role - 1, 1);
  const StepRecord* earlier =
      is_race ? FindAccess(conflict.other, conflict.granule, !conflict.other_is_write) : nullptr;
  if (!is_race && !is_outside) {
    for (ThreadSlot slot = 0; slot < execution.slots_in_use && earlier == nullptr; ++slot) {
      const StepRecord* record = FindAccess(slot, conflict.granule, false);
      if (record != nullptr && record->kind == OperationKind::kFree) earlier = record;
    }
  }
  if (builder.AddStackOfStep(earlier, &role)) {
    const std::uint64_t earlier_code = earlier->frame_count > 0 ? earlier->frames[0] : 0;
    if (earlier_code >= execution.code_begin && earlier_code < execution.code_end) {
      Shared().conflict_code[1] = earlier_code - execution.code_begin;
    }
    if (earlier->kind == OperationKind::kFree) {
      role << "freed here";
    } else {
      role << "earlier " << (conflict.other_is_atomic ? "atomic " : "") << (conflict.other_is_write ? "write" : "read");
      if (earlier->size > 0)
        role << " of " << std::uint64_t{earlier->size} << (earlier->size == 1 ? " byte" : " bytes");
    }
  }
  builder.Report();
}

}  // namespace racecourse
