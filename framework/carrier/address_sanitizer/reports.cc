// What AddressSanitizer, UBSan and LeakSanitizer are asked for, and where their words go: a file in memory, which the
// server reads after the run. Source of the names: LLVM, compiler-rt/include/sanitizer. Their hooks are defined here,
// strongly: a program that brings its own does not link.

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "framework/carrier/carriers.h"
#include "framework/carrier/interceptor.h"
#include "framework/carrier/sanitizer.h"
#include "framework/core/text.h"
#include "framework/execution/system_call.h"

#define RC_STACKS "stack_trace_format=\"#%n %p\""

extern "C" {
void __sanitizer_set_report_fd(void* descriptor);
void __asan_set_error_report_callback(void (*callback)(const char* text));
void __asan_load4_noabort(const volatile void* p);
int __lsan_do_recoverable_leak_check();
}

namespace racecourse {

const char* const kExecutorName = "address-sanitizer";
const int kOnceDone = 2;  // as glibc marks it

namespace {

constexpr char kCanaryReport[] = "heap-use-after-free";
constexpr std::size_t kOutputMax = ReportBuffer::kBytes / 3;  // each of its bytes may need two in JSON
constexpr int kHighDescriptor = 1000;                         // out of the program's way

int output = -1;
ReportBuffer* collected;
bool is_canary = false;
char text[kOutputMax + 1];

// One error is enough: whatever comes after it is its doing.
void OnError(const char*) {
  if (is_canary) return;
  collected->thread_count = ReportBuffer::kThreadsMax;
  for (std::uint32_t i = 0; i < ReportBuffer::kThreadsMax; ++i) collected->threads[i] = NumberOf(i);
  FinishAsReported();
}

std::size_t ReadOutput(off_t from) {
  const long length = SystemCall(SYS_pread64, output, text, kOutputMax, from);
  text[length > 0 ? length : 0] = '\0';
  return length > 0 ? static_cast<std::size_t>(length) : 0;
}

// "thread T1", "created by T0": the number of the thread that is meant, if `at` is behind such words.
const std::uint32_t* NumberMeant(const ReportBuffer& buffer, const char* at, const char** end) {
  static constexpr const char* kBefore[] = {"thread T", "Thread T", " by T"};
  for (const char* before : kBefore) {
    const std::size_t length = strlen(before);
    if (static_cast<std::size_t>(at - text) < length || memcmp(at - length, before, length) != 0) continue;
    std::uint32_t number = 0;
    for (*end = at; **end >= '0' && **end <= '9' && number < buffer.thread_count; ++*end) {
      number = number * 10 + static_cast<std::uint32_t>(**end - '0');
    }
    if (*end != at && number < buffer.thread_count) return &buffer.threads[number];
  }
  return nullptr;
}

}  // namespace

void PrepareReports() {
  const int descriptor = memfd_create("reports", MFD_CLOEXEC);
  output = fcntl(descriptor, F_DUPFD_CLOEXEC, kHighDescriptor);
  if (output < 0) output = descriptor;
  if (output != descriptor) close(descriptor);
}

// Past the sanitizer, which would take and give back all its locks: it has one for each of 65,536 lists of stacks.
pid_t ForkRun() { return _Fork(); }

void CollectReports(ReportBuffer* buffer) {
  collected = buffer;
  if (ftruncate(output, 0) != 0 || lseek(output, 0, SEEK_SET) != 0) abort();
  __sanitizer_set_report_fd(reinterpret_cast<void*>(static_cast<long>(output)));
  __asan_set_error_report_callback(OnError);
}

// Goes on after the report, because the program's options do not say otherwise.
bool CanaryIsReported() {
  const long before = SystemCall(SYS_lseek, output, 0L, static_cast<long>(SEEK_CUR));
  if (before < 0) return false;
  is_canary = true;
  auto* canary = static_cast<volatile int*>(malloc(sizeof(int)));
  free(const_cast<int*>(canary));
  __asan_load4_noabort(canary);
  is_canary = false;
  ReadOutput(before);
  const bool is_reported = strstr(text, kCanaryReport) != nullptr;
  SystemCall(SYS_ftruncate, output, before);
  SystemCall(SYS_lseek, output, before, static_cast<long>(SEEK_SET));
  return is_reported;
}

// It would open a file of its own for a process that it does not know to have this one.
bool GoOnInChild(bool) {
  __sanitizer_set_report_fd(reinterpret_cast<void*>(static_cast<long>(output)));
  return true;
}

void ExamineWhatIsLeft() { __lsan_do_recoverable_leak_check(); }

void TakeReports(ReportBuffer* buffer) {
  if (ReadOutput(0) == 0) return;
  Text out(buffer->text, ReportBuffer::kBytes);
  out << "{\"text\":\"";
  for (const char* c = text; *c != '\0'; ++c) {
    const char* end = nullptr;
    if (const std::uint32_t* number = NumberMeant(*buffer, c, &end); number != nullptr) {
      out << *number;
      c = end - 1;
      continue;
    }
    if (*c == '\n') {
      out << "\\n";
    } else if (*c == '"' || *c == '\\') {
      out << '\\' << *c;
    } else {
      out << (*c >= ' ' && *c <= '~' ? *c : '?');
    }
  }
  out << "\"}";
  buffer->count = 1;
}

}  // namespace racecourse

// Off: what may be a matter of taste (the order of initialization, one definition in two libraries), what happens at an
// exit that never comes, and colours.
RC_CARRY const char* __asan_default_options() {
  return "halt_on_error=0:exitcode=0:symbolize=0:color=never:detect_odr_violation=0:check_initialization_order=0:"
         "detect_leaks=1:leak_check_at_exit=0:detect_stack_use_after_return=1:handle_abort=1:handle_sigfpe=1:"
         "handle_sigill=1:handle_sigbus=1:allocator_may_return_null=1:quarantine_size_mb=64:print_legend=0:"
         "print_full_thread_history=0:print_suppressions=0:print_scariness=0:dump_instruction_bytes=0:" RC_STACKS;
}
RC_CARRY const char* __ubsan_default_options() {
  return "print_stacktrace=1:halt_on_error=0:symbolize=0:color=never:" RC_STACKS;
}
RC_CARRY const char* __ubsan_default_suppressions() { return ""; }
RC_CARRY const char* __lsan_default_options() { return ""; }
RC_CARRY const char* __lsan_default_suppressions() { return ""; }
RC_CARRY int __lsan_is_turned_off() { return 0; }
