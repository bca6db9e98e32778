// The main function of an exercise's test program, and the GoogleTest side of SCHEDULE_TEST.

#include <gtest/gtest.h>

#include <string>

#include "framework/execution/scenario_entry.h"
#include "framework/trace/json_line.h"
#include "racecourse/schedule_test.h"

// Tells the engine that this is no program that a process could become under its control (execution/joined_program.h).
__attribute__((section("racecourse_test"), used)) static const char is_test_program = 1;

namespace {

constexpr int kEngineFailureStatus = 3;
bool engine_failed = false;

// A failing expectation in program code, in whatever thread, ends the execution.
class ExpectationListener : public testing::EmptyTestEventListener {
 public:
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed() || racecourse_is_controlled() == 0) return;
    std::string message;
    if (result.file_name() != nullptr) {
      std::string file = result.file_name();
      file.erase(0, file.find_last_of('/') + 1);
      message = file + ":" + std::to_string(result.line_number()) + ": ";
    }
    message += result.message();
    racecourse_fail_assertion(message.c_str());
  }
};

// Reports each test to the trace.
class TraceListener : public testing::EmptyTestEventListener {
 public:
  void OnTestEnd(const testing::TestInfo& info) override {
    const testing::TestResult& result = *info.result();
    std::string message;
    for (int i = 0; i < result.total_part_count(); ++i) {
      if (!result.GetTestPartResult(i).failed()) continue;
      if (!message.empty()) message += '\n';
      message += result.GetTestPartResult(i).message();
    }
    racecourse::JsonLine()
        .Text("record", "test")
        .Text("test", std::string(info.test_suite_name()) + "." + info.name())
        .Text("status", result.Failed() ? "failed" : "passed")
        .Text("message", message)
        .WriteTo(racecourse_trace_descriptor());
  }
};

}  // namespace

extern "C" void racecourse_run_schedule_test(const char* suite, const char* name, const char* file, int line,
                                             int schedules, void (*body)()) {
  char message[4096] = "";
  const std::string full_name = std::string(suite) + "." + name;
  const std::string body_function = std::string(suite) + "_" + name + "_ScheduleTestBody";
  const int status = racecourse_run_scenario(full_name.c_str(), file, line, schedules, body_function.c_str(), body,
                                             message, sizeof message);
  constexpr int kError = 3;
  engine_failed |= status == kError;
  if (status != 0) ADD_FAILURE_AT(file, line) << message;
}

// GoogleTest's work on a failed expectation takes its own locks, which are no part of the student's program: with
// -Wl,--wrap they are taken out of the scheduler's sight. (testing::internal::AssertHelper::operator=, by its linker
// name.)
extern "C" __attribute__((weak)) void __real__ZNK7testing8internal12AssertHelperaSERKNS_7MessageE(const void* helper,
                                                                                                  const void* message);
extern "C" void __wrap__ZNK7testing8internal12AssertHelperaSERKNS_7MessageE(const void* helper, const void* message) {
  racecourse_suspend();
  __real__ZNK7testing8internal12AssertHelperaSERKNS_7MessageE(helper, message);
  racecourse_resume();
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(new ExpectationListener);
  listeners.Append(new TraceListener);
  racecourse_begin_trace();
  const int status = RUN_ALL_TESTS();
  const testing::UnitTest& tests = *testing::UnitTest::GetInstance();
  racecourse_end_trace(tests.test_to_run_count(), tests.failed_test_count());
  if (engine_failed) return kEngineFailureStatus;
  return status == 0 ? 0 : 1;
}
