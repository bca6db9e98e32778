// What libstdc++ does to the program's own objects in its library, where nothing is instrumented: the links of
// std::list, std::map and std::set, and streams. The sanitizer is told of the accesses that the engine announces for
// the same calls (framework/interpose/containers.cc, streams.cc, where the sources are), as its own interceptors tell
// it of those of libc; whether anything orders them it judges for itself. Only while an itinerary is followed: in a run
// without control it is the sanitizer alone that counts.

#include <dlfcn.h>
#include <unwind.h>

#include <cstddef>
#include <cstdint>
#include <istream>
#include <ostream>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"

using namespace racecourse;

extern "C" {
void __tsan_read8_pc(void* p, void* pc);
void __tsan_write8_pc(void* p, void* pc);
// Set by the linker.
extern char __executable_start;
extern char etext;
extern char _ZSt3cin, _ZSt4cout, _ZSt4cerr, _ZSt4clog, _ZSt4wcin, _ZSt5wcout, _ZSt5wcerr, _ZSt5wclog;
}

namespace {

struct ListNode {
  ListNode* next;
  ListNode* previous;
};

struct TreeNode {
  int color;
  TreeNode* parent;
  TreeNode* left;
  TreeNode* right;
};

bool IsOfProgram(std::uintptr_t code) {
  return code >= reinterpret_cast<std::uintptr_t>(&__executable_start) &&
         code < reinterpret_cast<std::uintptr_t>(&etext);
}

// The program's own code calls; the library's own containers are its own affair.
bool IsToBeTold(void* caller) { return IsFollowing() && IsOfProgram(reinterpret_cast<std::uintptr_t>(caller)); }

template <typename T>
T* Read(T** link, void* caller) {
  __tsan_read8_pc(link, caller);
  return *link;
}
template <typename T>
void Write(T** link, void* caller) {
  __tsan_write8_pc(link, caller);
}

// The library's function at `caller` was called by the program's code at what this returns, maybe through others of the
// library; null if it was not.
void* ProgramCallerOf(void* caller) {
  struct Search {
    std::uintptr_t inner;
    bool is_outside = false;
    void* found = nullptr;
  } search = {.inner = reinterpret_cast<std::uintptr_t>(caller)};
  if (IsOfProgram(search.inner)) return caller;
  // The unwinder calls functions of ours; they are no operations of the program's.
  Suspend();
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* argument) {
        auto* search = static_cast<Search*>(argument);
        const std::uintptr_t code = _Unwind_GetIP(context);
        search->is_outside |= code == search->inner;
        if (!search->is_outside || !IsOfProgram(code)) return _URC_NO_REASON;
        search->found = reinterpret_cast<void*>(code);
        return _URC_END_OF_STACK;
      },
      &search);
  Resume();
  return search.found;
}

bool IsStandardStream(const void* stream) {
  for (const char* standard :
       {&_ZSt3cin, &_ZSt4cout, &_ZSt4cerr, &_ZSt4clog, &_ZSt4wcin, &_ZSt5wcout, &_ZSt5wcerr, &_ZSt5wclog}) {
    if (stream == standard) return true;
  }
  return false;
}

// ios_base has its virtual table and its precision before the width.
constexpr std::size_t kWidthOffset = 16;

template <typename Stream>
void Use(Stream* stream, void* caller) {
  if (!IsFollowing() || IsStandardStream(stream)) return;
  void* const program = ProgramCallerOf(caller);
  if (program == nullptr) return;
  __tsan_write8_pc(reinterpret_cast<char*>(static_cast<std::ios_base*>(stream)) + kWidthOffset, program);
}

}  // namespace

// Looked up each time: a static variable here would be one that the program guards.
#define RC_IN_LIBRARY(name) (reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name)))

extern "C" {
void _ZNSt8__detail15_List_node_base7_M_hookEPS0_(ListNode* self, ListNode* position) noexcept;
void _ZNSt8__detail15_List_node_base9_M_unhookEv(ListNode* self) noexcept;
void _ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_(ListNode* self, ListNode* first, ListNode* last) noexcept;
void _ZNSt8__detail15_List_node_base10_M_reverseEv(ListNode* self) noexcept;
void _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_(bool left, TreeNode* node, TreeNode* parent,
                                                                       TreeNode* header) noexcept;
TreeNode* _ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_(TreeNode* node, TreeNode* header) noexcept;
void _ZNSo6sentryC1ERSo(void* sentry, std::ostream* stream);
void _ZNSi6sentryC1ERSib(void* sentry, std::istream* stream, bool keeps_space);
}

RC_CARRY void _ZNSt8__detail15_List_node_base7_M_hookEPS0_(ListNode* self, ListNode* position) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsToBeTold(caller)) {
    ListNode* const before = Read(&position->previous, caller);
    Write(&self->next, caller);
    Write(&self->previous, caller);
    Write(&before->next, caller);
    Write(&position->previous, caller);
  }
  RC_IN_LIBRARY(_ZNSt8__detail15_List_node_base7_M_hookEPS0_)(self, position);
}
RC_CARRY void _ZNSt8__detail15_List_node_base9_M_unhookEv(ListNode* self) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsToBeTold(caller)) {
    ListNode* const after = Read(&self->next, caller);
    ListNode* const before = Read(&self->previous, caller);
    Write(&before->next, caller);
    Write(&after->previous, caller);
  }
  RC_IN_LIBRARY(_ZNSt8__detail15_List_node_base9_M_unhookEv)(self);
}
RC_CARRY void _ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_(ListNode* self, ListNode* first,
                                                                   ListNode* last) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsToBeTold(caller) && self != last) {
    ListNode* const last_moved = Read(&last->previous, caller);
    ListNode* const before_first = Read(&first->previous, caller);
    ListNode* const before_self = Read(&self->previous, caller);
    Write(&last_moved->next, caller);
    Write(&before_first->next, caller);
    Write(&before_self->next, caller);
    Write(&self->previous, caller);
    Write(&last->previous, caller);
    Write(&first->previous, caller);
  }
  RC_IN_LIBRARY(_ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_)(self, first, last);
}
RC_CARRY void _ZNSt8__detail15_List_node_base10_M_reverseEv(ListNode* self) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsToBeTold(caller)) {
    ListNode* node = self;
    do {
      ListNode* const next = Read(&node->next, caller);
      Write(&node->next, caller);
      Write(&node->previous, caller);
      node = next;
    } while (node != self);
  }
  RC_IN_LIBRARY(_ZNSt8__detail15_List_node_base10_M_reverseEv)(self);
}

RC_CARRY void _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_(bool left, TreeNode* node,
                                                                                TreeNode* parent,
                                                                                TreeNode* header) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsToBeTold(caller)) {
    Write(&node->parent, caller);
    Write(&node->left, caller);
    Write(&node->right, caller);
    Write(left || parent == header ? &parent->left : &parent->right, caller);
    Read(&header->parent, caller);
  }
  RC_IN_LIBRARY(_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_)(left, node, parent, header);
}
RC_CARRY TreeNode* _ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_(TreeNode* node,
                                                                                TreeNode* header) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsToBeTold(caller)) {
    TreeNode* const parent = Read(&node->parent, caller);
    Read(&node->left, caller);
    Read(&node->right, caller);
    Write(parent == header ? &header->parent : parent->left == node ? &parent->left : &parent->right, caller);
  }
  return RC_IN_LIBRARY(_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_)(node, header);
}

RC_CARRY void _ZNSo6sentryC1ERSo(void* sentry, std::ostream* stream) {
  Use(stream, __builtin_return_address(0));
  RC_IN_LIBRARY(_ZNSo6sentryC1ERSo)(sentry, stream);
}
RC_CARRY void _ZNSi6sentryC1ERSib(void* sentry, std::istream* stream, bool keeps_space) {
  Use(stream, __builtin_return_address(0));
  RC_IN_LIBRARY(_ZNSi6sentryC1ERSib)(sentry, stream, keeps_space);
}
