// What include/coroutine tells of coroutine handles: who is resumed, who suspends, who is destroyed.
//
// The frame of a coroutine begins with the addresses of two functions, one to resume and one to destroy it; the first
// is null at the final suspend point. Source: the coroutine ABI that clang, gcc and msvc share.

#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

struct CoroutineFrame {
  void (*resume)(void*);
  void (*destroy)(void*);
};

// Shows what the other thread did, and where it is.
void AddOther(FindingBuilder& builder, const Execution& execution, const CoroutineUse::Event& event, OperationKind kind,
              const char* what) {
  char unused[1];
  Text role(unused);
  if (builder.AddStackOfStep(FindCoroutineStep(kind, event.frame), &role)) role << what;
  const Thread& other = execution.threads[event.thread];
  if (&other != execution.current && other.state == Thread::State::kLive) {
    Text where = builder.AddStackOf(other);
    WriteThreadName(where, other);
    where << " is here";
  }
}

// `verb`: "resumes" or "destroys".
[[noreturn]] void ReportRunning(const char* verb, const CoroutineUse::Event& running) {
  const Execution& execution = TheExecution();
  const Thread& self = *execution.current;
  FindingBuilder builder(FindingKind::kMisuse);
  Text& message = builder.Message();
  WriteThreadName(message, self);
  message << ' ' << verb << " a coroutine that is running: ";
  if (running.thread == self.accessor.slot) {
    message << "this very thread resumed it";
  } else {
    WriteThreadName(message, execution.threads[running.thread]);
    message << " resumed it";
  }
  message << ", and it has not suspended since. A handle may be passed on only from await_suspend, when the coroutine "
             "is suspended, and to one that resumes it only.";
  builder.AddStackOf(self) << verb << " it here";
  AddOther(builder, execution, running, OperationKind::kCoroutineResume, "resumed here before");
  builder.Report();
}

// Whatever the frame was: a block of the heap, of a pool, or a part of its caller's stack, where the compiler may put
// it.
[[noreturn]] void ReportDestroyed(const char* verb, const CoroutineUse::Event* destroyed) {
  const Execution& execution = TheExecution();
  const Thread& self = *execution.current;
  FindingBuilder builder(FindingKind::kUseAfterFree);
  Text& message = builder.Message();
  WriteThreadName(message, self);
  message << ' ' << verb << " a coroutine that is no more: ";
  if (destroyed == nullptr) {
    message << "it ran to its end, or was destroyed, and the memory of its frame was given back.";
  } else if (destroyed->thread == self.accessor.slot) {
    message << "this very thread destroyed it before.";
  } else {
    WriteThreadName(message, execution.threads[destroyed->thread]);
    message << " destroyed it before.";
  }
  builder.AddStackOf(self) << verb << " it here";
  if (destroyed != nullptr) {
    AddOther(builder, execution, *destroyed, OperationKind::kCoroutineDestroy, "destroyed here before");
  }
  builder.Report();
}

[[noreturn]] void ReportFinished(const void* frame) {
  FindingBuilder builder(FindingKind::kMisuse);
  const Thread& self = *TheExecution().current;
  WriteThreadName(builder.Message(), self);
  builder.Message()
      << " resumes a coroutine that has finished: it stands at its final suspend point, from which it can "
         "only be destroyed.";
  builder.AddStackOf(self) << "resumes it here";
  char unused[1];
  Text role(unused);
  if (builder.AddStackOfStep(FindCoroutineStep(OperationKind::kCoroutineSuspend, frame), &role))
    role << "finished here";
  builder.Report();
}

bool IsFreed(Execution& execution, const void* frame) {
  const auto address = reinterpret_cast<std::uintptr_t>(frame);
  ShadowPage* page = execution.shadow.PageOf(address);
  if (page == nullptr) return false;
  return execution.races.IsFreed(page->cells[ShadowMemory::GranuleOf(address)]);
}

// A handle is about to be used in a way that only a suspended coroutine allows.
void CheckIsSuspended(Execution& execution, const void* frame, const char* verb) {
  if (__builtin_expect(frame == nullptr, 0)) ReportMisuse("uses a coroutine handle that is null");
  const CoroutineUse::Event* destroyed = execution.coroutines.Destroyed(frame);
  if (__builtin_expect(destroyed != nullptr || IsFreed(execution, frame), 0)) ReportDestroyed(verb, destroyed);
  const CoroutineUse::Event* running = execution.coroutines.Running(frame);
  if (__builtin_expect(running != nullptr, 0)) ReportRunning(verb, *running);
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

RC_INTERPOSE unsigned racecourse_coroutine_resume_begins(void* frame) {
  if (!IsControlled()) return 0;
  Execution& execution = TheExecution();
  CheckIsSuspended(execution, frame, "resumes");
  const auto* coroutine = static_cast<const CoroutineFrame*>(frame);
  if (coroutine->resume == nullptr) ReportFinished(frame);
  // The noop coroutine, of which there is one for all threads.
  if (coroutine->resume == coroutine->destroy) return 0;
  if (__builtin_expect(execution.records, 0)) RecordCoroutine(OperationKind::kCoroutineResume, frame);
  return execution.coroutines.Begin(frame, execution.current->accessor.slot, execution.step_count);
}
RC_INTERPOSE void racecourse_coroutine_resume_ends(unsigned resumption) {
  if (resumption != 0 && IsControlled()) TheExecution().coroutines.End(resumption);
}
RC_INTERPOSE void racecourse_coroutine_suspends(void* frame) {
  if (!IsControlled()) return;
  Execution& execution = TheExecution();
  execution.coroutines.Suspend(frame);
  if (__builtin_expect(execution.records, 0)) RecordCoroutine(OperationKind::kCoroutineSuspend, frame);
}
RC_INTERPOSE void racecourse_coroutine_rests(void* frame) {
  if (IsControlled() && __builtin_expect(TheExecution().records, 0)) NoteCoroutineRests(frame);
}
RC_INTERPOSE void racecourse_coroutine_exists(void* frame) {
  if (IsControlled()) TheExecution().coroutines.Exists(frame);
}
RC_INTERPOSE void racecourse_coroutine_destroy(void* frame) {
  if (!IsControlled()) return;
  Execution& execution = TheExecution();
  CheckIsSuspended(execution, frame, "destroys");
  const auto* coroutine = static_cast<const CoroutineFrame*>(frame);
  if (coroutine->resume == coroutine->destroy) return;
  if (__builtin_expect(execution.records, 0)) RecordCoroutine(OperationKind::kCoroutineDestroy, frame);
  execution.coroutines.Destroy(frame, execution.current->accessor.slot, execution.step_count);
}
