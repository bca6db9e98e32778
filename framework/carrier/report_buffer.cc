// What ThreadSanitizer's runtime asks a program for, and tells it. Source of the names: LLVM,
// compiler-rt/lib/tsan/rtl/tsan_interface.h and tsan_debugging.cpp. All are defined here, strongly: a program that
// brings its own does not link.

#include <linux/futex.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>

#include "framework/carrier/carriers.h"
#include "framework/carrier/sanitizer.h"
#include "framework/core/text.h"
#include "framework/execution/system_call.h"

#define RC_HOOK extern "C" __attribute__((visibility("default"), used))

extern "C" {
int __tsan_get_report_data(void* report, const char** description, int* count, int* stack_count, int* mop_count,
                           int* loc_count, int* mutex_count, int* thread_count, int* unique_tid_count,
                           void** sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void* report, unsigned long index, int* tid, void** address, int* size, int* write,
                          int* atomic, void** trace, unsigned long trace_size);
int __tsan_get_report_thread(void* report, unsigned long index, int* tid, unsigned long* os_id, int* running,
                             const char** name, int* parent_tid, void** trace, unsigned long trace_size);
void __tsan_write4(void* address);
int __interceptor_pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*start)(void*),
                                 void* argument);
}

namespace racecourse {

const char* const kExecutorName = "thread-sanitizer";
const int kOnceDone = 1;  // as the sanitizer's own pthread_once marks it

namespace {

constexpr unsigned kFramesMax = 16;

ReportBuffer* collected;
int canary;
std::atomic<bool> canary_reported;
std::atomic<std::uint32_t> canary_written;

void WriteFrames(Text& text, void* const* trace) {
  text << "\"frames\":[";
  for (unsigned i = 0; i < kFramesMax && trace[i] != nullptr; ++i) {
    if (i > 0) text << ',';
    text << '"';
    text.Hex(reinterpret_cast<std::uint64_t>(trace[i]) - 1) << '"';
  }
  text << ']';
}

void WriteReport(void* report, const char* description, int accesses) {
  ReportBuffer& buffer = *collected;
  const std::uint32_t length = buffer.length;
  if (buffer.count == ReportBuffer::kReportsMax || length + 4096 > ReportBuffer::kBytes) return;
  Text text(buffer.text + length, ReportBuffer::kBytes - length);
  if (buffer.count > 0) text << ',';
  text << "{\"kind\":\"" << description << "\",\"accesses\":[";
  for (int i = 0; i < accesses; ++i) {
    int thread = 0;
    int size = 0;
    int is_write = 0;
    int is_atomic = 0;
    void* address = nullptr;
    void* trace[kFramesMax] = {};
    __tsan_get_report_mop(report, static_cast<unsigned long>(i), &thread, &address, &size, &is_write, &is_atomic, trace,
                          kFramesMax);
    if (i > 0) text << ',';
    text << "{\"write\":" << (is_write != 0 ? "true" : "false") << ",\"atomic\":" << (is_atomic != 0 ? "true" : "false")
         << ",\"size\":" << size << ",\"thread\":" << NumberOf(static_cast<std::uint32_t>(thread)) << ",\"address\":\"";
    text.Hex(reinterpret_cast<std::uint64_t>(address)) << "\",";
    WriteFrames(text, trace);
    text << '}';
  }
  text << "]}";
  std::uint32_t end = length;
  while (buffer.text[end] != '\0') ++end;
  buffer.length = end;
  buffer.count = buffer.count + 1;
}

void* WriteCanary(void*) {
  __tsan_write4(&canary);
  canary_written.store(1, std::memory_order_release);
  SystemCall(SYS_futex, &canary_written, FUTEX_WAKE_PRIVATE, 1);
  return nullptr;
}

}  // namespace

void PrepareReports() {}

pid_t ForkRun() { return fork(); }

void CollectReports(ReportBuffer* buffer) { collected = buffer; }

// A race in this process, with real threads.
bool CanaryIsReported() {
  pthread_t thread;
  if (__interceptor_pthread_create(&thread, nullptr, WriteCanary, nullptr) != 0) return false;
  // Not joined: nothing orders the two writes.
  while (canary_written.load(std::memory_order_acquire) == 0) {
    SystemCall(SYS_futex, &canary_written, FUTEX_WAIT_PRIVATE, 0, 0L);
  }
  __tsan_write4(&canary);
  return canary_reported.load(std::memory_order_acquire);
}

// A child of a process with several threads it leaves alone. Source: LLVM, compiler-rt/lib/tsan/rtl/tsan_rtl.cpp,
// ForkChildAfter.
bool GoOnInChild(bool had_other_threads) {
  if (had_other_threads) collected = nullptr;
  return !had_other_threads;
}

void ExamineWhatIsLeft() {}

void TakeReports(ReportBuffer*) {}

}  // namespace racecourse

using namespace racecourse;

// In the sanitizer's own thread state: no interceptor may be called.
RC_HOOK void __tsan_on_report(void* report) {
  const char* description = "";
  int counts[7] = {};
  void* sleep_trace[1] = {};
  __tsan_get_report_data(report, &description, &counts[0], &counts[1], &counts[2], &counts[3], &counts[4], &counts[5],
                         &counts[6], sleep_trace, 1);
  int thread = 0;
  int size = 0;
  int is_write = 0;
  int is_atomic = 0;
  void* address = nullptr;
  void* trace[kFramesMax] = {};
  if (counts[2] > 0) {
    __tsan_get_report_mop(report, 0, &thread, &address, &size, &is_write, &is_atomic, trace, kFramesMax);
  }
  if (address == &canary) {
    canary_reported.store(true, std::memory_order_release);
  } else if (collected != nullptr) {
    WriteReport(report, description, counts[2]);
  }
}
RC_HOOK const char* __tsan_default_options() {
  return "exitcode=0:die_after_fork=0:symbolize=0:atexit_sleep_ms=0:report_thread_leaks=0:handle_segv=0:"
         "handle_abort=0:handle_sigfpe=0:handle_sigill=0:handle_sigbus=0";
}
RC_HOOK const char* __tsan_default_suppressions() { return ""; }

extern "C" void* __real___tsan_create_fiber(unsigned flags);
RC_HOOK void* __wrap___tsan_create_fiber(unsigned flags) {
  NoteFiber();
  return __real___tsan_create_fiber(flags);
}
