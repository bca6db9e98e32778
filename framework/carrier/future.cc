// std::promise::set_value_at_thread_exit and std::packaged_task::make_ready_at_thread_exit: libstdc++'s own code makes
// the state ready when the thread ends, and is not instrumented. The sanitizer is told that what the thread did comes
// before what a reader does who sees it, and so is whoever gives the state up. As framework/interpose/future.cc, where
// the source is and a scheduling point comes first, too.

#include <dlfcn.h>

#include <condition_variable>
#include <cstdint>
#include <memory>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/sanitizer.h"

using namespace racecourse;

namespace {

struct OwnerCounts {
  void* table;
  std::uint32_t uses;
  std::uint32_t observers;
};

struct State {
  void* table;
  void* result;
  std::uint32_t status;
};

struct Note {
  std::__at_thread_exit_elt element;
  State* state;
  OwnerCounts* counts;
};

void (*make_ready)(void*);  // libstdc++'s, the same whenever it is looked up

void Update(std::uint32_t* p) {
  __tsan_acquire(p);
  __tsan_release(p);
}

void PublishAndMakeReady(void* p) {
  if (!IsFollowing()) return make_ready(p);
  auto* note = static_cast<Note*>(p);
  Arrive(OperationKind::kAtomicReadModifyWrite);
  Update(&note->counts->uses);
  if (note->counts->uses > 0) Update(&note->state->status);
  // One more owner, who gives the state up where it is seen.
  static_assert(sizeof(std::weak_ptr<State>) == sizeof note->state + sizeof note->counts);
  std::shared_ptr<State> state = reinterpret_cast<std::weak_ptr<State>*>(&note->state)->lock();
  OwnerCounts* const counts = note->counts;
  make_ready(p);
  if (state == nullptr) return;
  Update(&counts->uses);
  state.reset();
}

}  // namespace

extern "C" void _ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv(void* note);

RC_CARRY void _ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv(void* note) {
  constexpr char kName[] = "_ZNSt13__future_base13_State_baseV211_Make_ready6_M_setEv";
  reinterpret_cast<void (*)(void*)>(dlsym(RTLD_NEXT, kName))(note);
  if (!IsFollowing()) return;
  auto& element = static_cast<Note*>(note)->element;
  make_ready = element._M_cb;
  element._M_cb = PublishAndMakeReady;
}
