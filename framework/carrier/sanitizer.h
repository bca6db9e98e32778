// What differs from one witness to the other: each sanitizer's variant of a program has its own definitions of these.
#ifndef RACECOURSE_CARRIER_SANITIZER_H_
#define RACECOURSE_CARRIER_SANITIZER_H_

#include <sys/types.h>

#include "framework/carrier/report_buffer.h"

// One who releases an address comes before who acquires it later. Only ThreadSanitizer makes something of it.
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}

namespace racecourse {

// "thread-sanitizer", "address-sanitizer".
extern const char* const kExecutorName;

// How a pthread_once_t looks that is done.
extern const int kOnceDone;

// In the server, before any run.
void PrepareReports();
// In the server, which has one thread: the process of a run.
pid_t ForkRun();
// In a run: where reports go from now on.
void CollectReports(ReportBuffer* buffer);
// Does in this process what the sanitizer must report. True if it does: then its silence means something.
bool CanaryIsReported();
// In a child that the program forked, when its process had other threads or not. False if it does not watch the child:
// then it says nothing there, and is not to be asked whether it would.
bool GoOnInChild(bool had_other_threads);
// The program and all its threads have ended: whatever the sanitizer can say only now.
void ExamineWhatIsLeft();
// In the server, after a run: completes what it reported.
void TakeReports(ReportBuffer* buffer);

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_SANITIZER_H_
