// C's pthread_cleanup_push keeps a jump buffer in the frame that uses it. See unwinding.cc.
#ifndef RACECOURSE_EXECUTION_CLEANUP_BUFFER_H_
#define RACECOURSE_EXECUTION_CLEANUP_BUFFER_H_

#include <pthread.h>

namespace racecourse {

// The buffer's link to the one pushed before it: memory that glibc leaves to whoever unwinds.
inline void*& EarlierBuffer(__pthread_unwind_buf_t& buffer) { return buffer.__pad[0]; }

// The current thread's unwinding goes on after the handler of a buffer ran.
[[noreturn]] void ContinueUnwinding();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_CLEANUP_BUFFER_H_
