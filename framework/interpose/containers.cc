// The links of std::list, std::map and std::set, which libstdc++ sets in its library and not in its headers. Without
// this a race on them would be missed where nothing else of the container changes: a list that is spliced shows no
// other write. Each function announces what it touches as an access of its caller's, then calls the original. Source of
// the names: libstdc++, bits/stl_list.h and bits/stl_tree.h.

#include "framework/interpose/forward.h"

extern "C" {
void __tsan_read8_pc(void* p, void* pc);
void __tsan_write8_pc(void* p, void* pc);
}

namespace racecourse {
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

// The program's own code calls; the library's own containers are its own affair.
bool IsProgramCode(void* caller) {
  const Execution& execution = TheExecution();
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  return execution.current != nullptr && address >= execution.code_begin && address < execution.code_end;
}

template <typename T>
T* Read(T** link, void* caller) {
  __tsan_read8_pc(link, caller);
  return *link;
}
template <typename T>
void Write(T** link, void* caller) {
  __tsan_write8_pc(link, caller);
}

}  // namespace
}  // namespace racecourse

using racecourse::IsProgramCode;
using racecourse::ListNode;
using racecourse::Read;
using racecourse::TreeNode;
using racecourse::Write;

extern "C" {
void _ZNSt8__detail15_List_node_base7_M_hookEPS0_(ListNode* self, ListNode* position) noexcept;
void _ZNSt8__detail15_List_node_base9_M_unhookEv(ListNode* self) noexcept;
void _ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_(ListNode* self, ListNode* first, ListNode* last) noexcept;
void _ZNSt8__detail15_List_node_base10_M_reverseEv(ListNode* self) noexcept;
void _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_(bool left, TreeNode* node, TreeNode* parent,
                                                                       TreeNode* header) noexcept;
TreeNode* _ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_(TreeNode* node, TreeNode* header) noexcept;
}

RC_LOOKED_UP(_ZNSt8__detail15_List_node_base7_M_hookEPS0_)
RC_LOOKED_UP(_ZNSt8__detail15_List_node_base9_M_unhookEv)
RC_LOOKED_UP(_ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_)
RC_LOOKED_UP(_ZNSt8__detail15_List_node_base10_M_reverseEv)
RC_LOOKED_UP(_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_)
RC_LOOKED_UP(_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_)

// Puts `self` before `position`.
RC_INTERPOSE void _ZNSt8__detail15_List_node_base7_M_hookEPS0_(ListNode* self, ListNode* position) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsProgramCode(caller)) {
    ListNode* const before = Read(&position->previous, caller);
    Write(&self->next, caller);
    Write(&self->previous, caller);
    Write(&before->next, caller);
    Write(&position->previous, caller);
  }
  RC_KNOWN_REAL(_ZNSt8__detail15_List_node_base7_M_hookEPS0_)(self, position);
}
RC_INTERPOSE void _ZNSt8__detail15_List_node_base9_M_unhookEv(ListNode* self) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsProgramCode(caller)) {
    ListNode* const after = Read(&self->next, caller);
    ListNode* const before = Read(&self->previous, caller);
    Write(&before->next, caller);
    Write(&after->previous, caller);
  }
  RC_KNOWN_REAL(_ZNSt8__detail15_List_node_base9_M_unhookEv)(self);
}
// Moves [first, last) before `self`.
RC_INTERPOSE void _ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_(ListNode* self, ListNode* first,
                                                                       ListNode* last) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsProgramCode(caller) && self != last) {
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
  RC_KNOWN_REAL(_ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_)(self, first, last);
}
RC_INTERPOSE void _ZNSt8__detail15_List_node_base10_M_reverseEv(ListNode* self) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsProgramCode(caller)) {
    ListNode* node = self;
    do {
      ListNode* const next = Read(&node->next, caller);
      Write(&node->next, caller);
      Write(&node->previous, caller);
      node = next;
    } while (node != self);
  }
  RC_KNOWN_REAL(_ZNSt8__detail15_List_node_base10_M_reverseEv)(self);
}

// Only the links next to the node: which others rebalancing turns depends on the shape of the tree.
RC_INTERPOSE void _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_(bool left, TreeNode* node,
                                                                                    TreeNode* parent,
                                                                                    TreeNode* header) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsProgramCode(caller)) {
    Write(&node->parent, caller);
    Write(&node->left, caller);
    Write(&node->right, caller);
    Write(left || parent == header ? &parent->left : &parent->right, caller);
    Read(&header->parent, caller);
  }
  RC_KNOWN_REAL(_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_)(left, node, parent, header);
}
RC_INTERPOSE TreeNode* _ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_(TreeNode* node,
                                                                                    TreeNode* header) noexcept {
  void* const caller = __builtin_return_address(0);
  if (IsProgramCode(caller)) {
    TreeNode* const parent = Read(&node->parent, caller);
    Read(&node->left, caller);
    Read(&node->right, caller);
    Write(parent == header ? &header->parent : parent->left == node ? &parent->left : &parent->right, caller);
  }
  return RC_KNOWN_REAL(_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_)(node, header);
}
