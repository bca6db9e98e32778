// std::promise::set_value_at_thread_exit and std::packaged_task::make_ready_at_thread_exit. The thread leaves a note
// with libstdc++, whose own code makes the state ready when the thread ends. That code is not instrumented: without
// help, what the thread did before then would seem unordered with what the reader of the future does. Source: libstdc++
// 12, <future> and src/c++11/future.cc. std::notify_all_at_thread_exit needs nothing: it calls the mutex.

#include <condition_variable>
#include <memory>

#include "framework/execution/scheduler.h"
#include "framework/interpose/forward.h"

namespace racecourse {
namespace {

// The counts of owners that std::shared_ptr keeps beside an object.
struct OwnerCounts {
  void* table;
  std::uint32_t uses;
  std::uint32_t observers;
};

// What promise and future share, as far as it matters: std::__future_base::_State_baseV2.
struct State {
  void* table;
  void* result;
  std::uint32_t status;
};

// std::__future_base::_State_baseV2::_Make_ready: the note, with a std::weak_ptr to the state.
struct Note {
  std::__at_thread_exit_elt element;
  State* state;
  OwnerCounts* counts;
};

void (*&MakeReady())(void*) {
  static void (*function)(void*);  // libstdc++'s, the same whenever it is looked up
  return function;
}

SyncObject& AtomicAt(const std::uint32_t* p) {
  SyncObject& object = TheExecution().shadow.Object(reinterpret_cast<std::uintptr_t>(p), ObjectKind::kAtomic);
  object.size = sizeof *p;
  return object;
}

// The current thread updates an atomic, as memory_order_acq_rel has it.
void Update(const std::uint32_t* p) {
  Thread& self = *TheExecution().current;
  SyncObject& object = AtomicAt(p);
  Acquire(self, object.clock);
  TheExecution().races.AccessAtomic(self.accessor, &object, true);
  ReleaseJoin(self, &object.clock);
}

// The thread ends.
void PublishAndMakeReady(void* p) {
  if (!IsControlled()) return MakeReady()(p);
  auto* note = static_cast<Note*>(p);
  Arrive(OperationKind::kAtomicReadModifyWrite, reinterpret_cast<std::uintptr_t>(&note->counts->uses));
  const bool is_wanted = note->counts->uses > 0;
  SyncObject* changed = &AtomicAt(&note->counts->uses);
  Update(&note->counts->uses);
  Update(&note->counts->observers);
  if (is_wanted) {
    changed = &AtomicAt(&note->state->status);
    Update(&note->state->status);
  }
  Performed(OperationKind::kAtomicReadModifyWrite, changed, is_wanted);
  NoteChange();

  // libstdc++ wakes the readers while it owns the state, and may be the last to give it up: it would destroy what the
  // others have just read, unordered with them. Hence the state has one more owner, who gives it up where it is seen.
  static_assert(sizeof(std::weak_ptr<State>) == sizeof note->state + sizeof note->counts);
  std::shared_ptr<State> state = reinterpret_cast<std::weak_ptr<State>*>(&note->state)->lock();
  const OwnerCounts* counts = note->counts;
  MakeReady()(p);
  if (state == nullptr) return;
  Update(&counts->uses);
  Update(&counts->observers);
  state.reset();
}

}  // namespace
}  // namespace racecourse

using namespace racecourse;

extern "C" void _ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv(void* note);

RC_INTERPOSE void _ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv(void* note) {
  RC_REAL(_ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv)(note);
  auto& element = static_cast<Note*>(note)->element;
  MakeReady() = element._M_cb;
  element._M_cb = PublishAndMakeReady;
}
