// Found before libstdc++'s header of the same name, which it includes.
//
// std::atomic<std::shared_ptr> of libstdc++ 12 guards its pointer by a lock bit, and a load gives the bit back with a
// *relaxed* operation: nothing then orders its read of the pointer before the next store's write, which by the letter of
// the standard is a data race of the library's, not of the student's. Here the bit is given back with release order.
// Source: libstdc++, bits/shared_ptr_atomic.h, _Sp_atomic::_Atomic_count::unlock and _M_wait_unlock.
#pragma GCC system_header

// What the original includes, so that the macro meets nothing but its own text.
#include <bits/atomic_base.h>
#include <bits/shared_ptr.h>

#define fetch_sub(value, order) \
  fetch_sub(value, (order) == std::memory_order_seq_cst ? std::memory_order_seq_cst : std::memory_order_release)
#include_next <bits/shared_ptr_atomic.h>
#undef fetch_sub
