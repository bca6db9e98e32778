// The address-sanitizer variant: convinces by programs with one error each, which only one of two schedules shows, by
// their clean twins, and by a program that silences the sanitizer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "grader/trace/sanitizer_text.h"
#include "nlohmann/json.hpp"
#include "tests/grader/witness_fixture.h"

namespace racecourse::grader {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class AddressSanitizerWitness : public WitnessFixture {
 protected:
  AddressSanitizerWitness() : WitnessFixture("address-sanitizer") {}

  // The one finding, which must be of this kind and carry what the sanitizer says.
  void ExpectConfirmed(const std::string& kind, int line) {
    const Json result = Explore();
    ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
    const Json& finding = result["findings"][0];
    EXPECT_EQ(finding["kind"], kind);
    EXPECT_EQ(finding["confirmed_by"], Json::array({"address-sanitizer"})) << finding["witnesses"].dump(1);
    const Json& frame = finding["witnesses"][0]["stacks"][0]["frames"][0];
    EXPECT_EQ(frame["file"], "program.cc");
    EXPECT_EQ(frame["line"], line);
  }
};

// The first thread gives the block away when the second has said that it is ready.
constexpr char kHandOver[] =
    "#include <mutex>\n#include <thread>\n"
    "std::mutex mutex;\nbool is_ready;\n"
    "int* volatile block;\nint* volatile nowhere;\n"
    "bool Locked() { std::lock_guard lock(mutex); return is_ready; }\n"
    "int main() {\n"
    "  block = new int[4]();\n"
    "  std::thread other([] { std::lock_guard lock(mutex); is_ready = true; });\n"
    "  const bool ready = Locked();\n"
    "  other.join();\n";

TEST_F(AddressSanitizerWitness, ConfirmsAUseAfterFree) {
  Build(std::string(kHandOver) + "  if (!ready) delete[] block;\n  block[1] = 2;\n  if (ready) delete[] block;\n}\n");
  ExpectConfirmed("use_after_free", 14);
}

TEST_F(AddressSanitizerWitness, ConfirmsAUseAfterFreeByAnAtomicOperation) {
  Build(std::string("#include <atomic>\n") + kHandOver +
        "  auto* count = new std::atomic<int>(0);\n"
        "  if (!ready) delete count;\n"
        "  count->fetch_add(1);\n"
        "  if (ready) delete count;\n  delete[] block;\n}\n");
  ExpectConfirmed("use_after_free", 16);
}

TEST_F(AddressSanitizerWitness, ConfirmsAHeapOverflow) {
  Build(std::string(kHandOver) + "  block[ready ? 3 : 4] = 2;\n  delete[] block;\n}\n");
  ExpectConfirmed("heap_overflow", 13);
}

// In a child, by a thread that its sanitizer counts otherwise than we do.
std::string InAChild(const std::string& use) {
  return "#include <sys/wait.h>\n#include <unistd.h>\n#include <mutex>\n#include <thread>\n"
         "std::mutex mutex;\nint* volatile block;\n"
         "int main() {\n"
         "  block = new int[4]();\n"
         "  if (fork() == 0) {\n"
         "    std::thread other([] { std::lock_guard lock(mutex); " +
         use +
         " });\n"
         "    other.join();\n"
         "    _exit(0);\n"
         "  }\n"
         "  wait(nullptr);\n"
         "  delete[] block;\n}\n";
}

TEST_F(AddressSanitizerWitness, ConfirmsAUseAfterFreeInAChild) {
  Build(InAChild("delete[] block; block[1] = 2;"));
  ExpectConfirmed("use_after_free", 10);
}

TEST_F(AddressSanitizerWitness, ConfirmsAHeapOverflowInAChild) {
  Build(InAChild("block[4] = 2;"));
  ExpectConfirmed("heap_overflow", 10);
}

TEST_F(AddressSanitizerWitness, FollowsACleanChild) {
  Build(InAChild("block[3] = 2;"));
  RunOrders orders;
  orders.schedules = 100;
  orders.passing_itineraries = 8;
  std::string itineraries;
  for (const TraceItinerary& one : RunProgramOf("program", std::move(orders)).itineraries) {
    itineraries += one.itinerary + "\n";
  }
  RunOrders follow;
  follow.itineraries = directory_.path() / "itineraries";
  ASSERT_TRUE(WriteFileAtomically(follow.itineraries, itineraries).ok());
  const Trace trace = RunProgramOf("witness", std::move(follow));
  ASSERT_GE(trace.witnesses.size(), 1u);
  for (const TraceWitness& witness : trace.witnesses) {
    EXPECT_EQ(witness.following, "followed") << witness.expected << " was due";
    EXPECT_TRUE(witness.reports.empty());
  }
}

TEST_F(AddressSanitizerWitness, ConfirmsADoubleFree) {
  Build(std::string(kHandOver) + "  delete[] block;\n  if (!ready) delete[] block;\n}\n");
  ExpectConfirmed("double_free", 14);
}

TEST_F(AddressSanitizerWitness, ConfirmsALeak) {
  Build(
      "#include <mutex>\n#include <thread>\n"
      "std::mutex mutex;\nbool is_ready;\nint* volatile block;\n"
      "int main() {\n"
      "  std::thread other([] {\n"
      "    std::lock_guard lock(mutex);\n"
      "    if (is_ready) return;\n"
      "    block = new int(4);\n"
      "    block = nullptr;\n"
      "  });\n"
      "  { std::lock_guard lock(mutex); is_ready = true; }\n"
      "  other.join();\n"
      "}\n");
  ExpectConfirmed("leak", 10);
}

TEST_F(AddressSanitizerWitness, ConfirmsACrash) {
  Build(std::string(kHandOver) + "  delete[] block;\n  if (!ready) *nowhere = 1;\n}\n");
  ExpectConfirmed("crash", 14);
}

TEST_F(AddressSanitizerWitness, ConfirmsAStackThatIsTooSmall) {
  Build(std::string(kHandOver) +
        "  delete[] block;\n"
        "  struct { int Sum(int n, const volatile int* last) const {\n"
        "    volatile int some[64];\n"
        "    some[n % 64] = n + *last;\n"
        "    return n == 0 ? 0 : Sum(n - 1, some) + some[n % 64];\n"
        "  } } deep;\n"
        "  volatile int first = 1;\n"
        "  if (!ready) first = deep.Sum(1 << 28, &first);\n}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_EQ(result["findings"][0]["kind"], "crash");
  EXPECT_EQ(result["findings"][0]["confirmed_by"], Json::array({"address-sanitizer"}));
}

// What is read there makes it crash here; there it says why.
TEST_F(AddressSanitizerWitness, ConfirmsAnErrorInTheSameLineByAnotherName) {
  Build(std::string(kHandOver) +
        "  int** table = new int*[2]();\n"
        "  table[1] = block;\n"
        "  *table[ready ? 1 : 1 << 20] = 2;\n"
        "  delete[] table;\n  delete[] block;\n}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_EQ(result["findings"][0]["confirmed_by"], Json::array({"address-sanitizer"}))
      << result["findings"][0]["witnesses"].dump(1);
}

// A coroutine is looked at before it is resumed: the engine says who resumes it, the sanitizer who looks.
TEST_F(AddressSanitizerWitness, ConfirmsAUseOfTheSameBlockAtAnotherLine) {
  Build(
      std::string("#include <coroutine>\n"
                  "struct Task { struct promise_type {\n"
                  "  Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }\n"
                  "  std::suspend_always initial_suspend() { return {}; }\n"
                  "  std::suspend_always final_suspend() noexcept { return {}; }\n"
                  "  void return_void() {}\n  void unhandled_exception() {}\n"
                  "}; std::coroutine_handle<promise_type> handle; };\n"
                  "Task Nothing() { co_return; }\n") +
      kHandOver +
      "  delete[] block;\n"
      "  Task task = Nothing();\n"
      "  if (!ready) task.handle.destroy();\n"
      "  const bool is_done = task.handle.done();\n"
      "  if (!is_done)\n"
      "    task.handle.resume();\n"
      "  if (ready) task.handle.destroy();\n}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_EQ(result["findings"][0]["kind"], "use_after_free");
  EXPECT_EQ(result["findings"][0]["confirmed_by"], Json::array({"address-sanitizer"}))
      << result["findings"][0]["witnesses"].dump(1);
}

class ExecutionsThatPass : public AddressSanitizerWitness {
 protected:
  // Theirs alone, in line `line`.
  void ExpectTheirs(const std::string& detector, const std::string& kind, int line, const std::string& text) {
    const Json result = Explore();
    EXPECT_EQ(result["status"], "failed");
    EXPECT_EQ(result["strength"], "");
    ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
    const Json& finding = result["findings"][0];
    EXPECT_EQ(finding["detector"], detector);
    EXPECT_EQ(finding["kind"], kind);
    EXPECT_THAT(finding["message"].get<std::string>(), HasSubstr(text));
    EXPECT_EQ(finding["stacks"][0]["frames"][0]["line"], line);
  }
  void ExpectNothing() {
    const Json result = Explore();
    EXPECT_EQ(result["status"], "passed") << result.dump(1);
    EXPECT_TRUE(result["findings"].empty()) << result.dump(1);
  }
};

TEST_F(ExecutionsThatPass, ShowAnAccessOutsideALocalArray) {
  Build(
      "#include <thread>\nvolatile int index = 4;\n"
      "int Last() {\n  int some[4] = {};\n  volatile int* volatile all = some;\n  return all[index];\n}\n"
      "volatile int last;\nint main() { std::thread([] { last = Last(); }).join(); }\n");
  ExpectTheirs("address-sanitizer", "undefined_behaviour", 6, "stack-buffer-overflow of 'some'");
}

TEST_F(ExecutionsThatPass, ShowAnAccessOutsideAGlobalArray) {
  Build(
      "#include <thread>\nvolatile int index = 4;\nint some[4];\nint others[64];\nint* volatile all = some;\n"
      "volatile int last;\nint main() {\n  std::thread([] {\n    last = all[index];\n  }).join();\n}\n");
  ExpectTheirs("address-sanitizer", "undefined_behaviour", 9, "global-buffer-overflow");
}

TEST_F(ExecutionsThatPass, ShowAUseAfterABlock) {
  Build(
      "#include <thread>\nint* volatile kept;\nvolatile int last;\n"
      "void Use() {\n  {\n    int local = 3;\n    kept = &local;\n  }\n  last = *kept;\n}\n"
      "int main() { std::thread(Use).join(); }\n");
  ExpectTheirs("address-sanitizer", "use_after_free", 9, "stack-use-after-scope");
}

TEST_F(ExecutionsThatPass, ShowUndefinedBehaviour) {
  Build(
      "#include <climits>\n#include <thread>\nvolatile int many = INT_MAX;\nvolatile int more;\n"
      "int main() {\n  std::thread([] {\n    more = many + 1;\n  }).join();\n}\n");
  ExpectTheirs("undefined-behaviour-sanitizer", "undefined_behaviour", 7, "signed integer overflow: 2147483647 + 1");
}

// Unsigned numbers wrap; a null pointer may be handed on with nothing; mmap is no leak; a stack of one's own is none of
// another's.
TEST_F(ExecutionsThatPass, ShowNothingWhereNothingIsWrong) {
  Build(
      "#include <string.h>\n#include <sys/mman.h>\n#include <ucontext.h>\n#include <stdexcept>\n#include <thread>\n"
      "volatile unsigned none = 0;\nvolatile unsigned wraps;\nvoid* volatile nowhere;\nvolatile size_t nothing;\n"
      "ucontext_t here, there;\nvolatile int sum;\n"
      "void Deep(int n) { volatile int some[8] = {n}; if (n > 0) Deep(n - 1); sum = sum + some[0]; }\n"
      "void Away() { Deep(20); swapcontext(&there, &here); throw 1; }\n"
      "void Catch() { try { Deep(3); throw std::runtime_error(\"\"); } catch (const std::exception&) { Deep(9); } }\n"
      "int main() {\n"
      "  wraps = none - 1;\n  memcpy(nowhere, nowhere, nothing);\n  Catch();\n"
      "  auto* stack = static_cast<char*>(mmap(nullptr, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,\n"
      "                                        -1, 0));\n"
      "  *reinterpret_cast<int**>(stack) = new int(1);\n"
      "  getcontext(&there);\n  there.uc_stack.ss_sp = stack + 4096;\n  there.uc_stack.ss_size = (1 << 16) - 4096;\n"
      "  there.uc_link = nullptr;\n  makecontext(&there, Away, 0);\n  swapcontext(&here, &there);\n  Deep(30);\n"
      "  std::thread(Catch).join();\n"
      "  delete *reinterpret_cast<int**>(stack);\n  munmap(stack, 1 << 16);\n}\n");
  ExpectNothing();
}

// Where the engine knows already, there is nothing to add.
TEST_F(ExecutionsThatPass, AreNotExaminedWhereAnotherFailed) {
  Build(std::string("#include <climits>\nvolatile int many = INT_MAX;\n") + kHandOver +
        "  many = many + 1;\n  if (!ready) delete[] block;\n  block[1] = 2;\n  if (ready) delete[] block;\n}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_EQ(result["findings"][0]["kind"], "use_after_free");
  EXPECT_FALSE(result["findings"][0].contains("detector"));
}

// The error that ends the run comes before the one that was found: that is none of this one.
TEST_F(AddressSanitizerWitness, DoesNotConfirmByAnErrorThatIsAnother) {
  Build(std::string(kHandOver) +
        "  int* volatile inner;\n"
        "  volatile int sum = 0;\n"
        "  {\n    int local = 3;\n    inner = &local;\n  }\n"
        "  if (!ready) sum = *inner;\n"
        "  if (!ready) delete[] block;\n"
        "  block[1] = 2;\n"
        "  if (ready) delete[] block;\n}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_TRUE(result["findings"][0]["confirmed_by"].empty());
  EXPECT_EQ(result["findings"][0]["witnesses"][0]["verdict"], "differs");
  EXPECT_THAT(result["findings"][0]["witnesses"][0]["message"].get<std::string>(),
              HasSubstr("another error, which ends the run: stack-use-after-scope"));
}

TEST_F(AddressSanitizerWitness, IsNamedWithTheOtherVariantsInTheHelp) {
  const std::string help = Run({"c++", "--help"}).output;
  for (const char* variant : {"systematic", "thread-sanitizer", "address-sanitizer", "debugger", "native"}) {
    EXPECT_THAT(help, HasSubstr(variant));
  }
}

TEST_F(AddressSanitizerWitness, IsNotBelievedWhenSomebodySilencedIt) {
  Build(std::string("extern \"C\" void __sanitizer_set_report_fd(void*) __attribute__((weak));\n") + kHandOver +
        "  if (__sanitizer_set_report_fd) __sanitizer_set_report_fd((void*)2);\n"
        "  if (!ready) delete[] block;\n  block[1] = 2;\n  if (ready) delete[] block;\n}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_TRUE(result["findings"][0]["confirmed_by"].empty());
}

TEST_F(AddressSanitizerWitness, IsFoundOutWhenItsSilenceMeansNothing) {
  Build(
      "#include <thread>\n"
      "extern \"C\" void __sanitizer_set_report_fd(void*) __attribute__((weak));\n"
      "int main() {\n"
      "  if (__sanitizer_set_report_fd) __sanitizer_set_report_fd((void*)2);\n"
      "  std::thread([] {}).join();\n"
      "}\n");
  RunOrders orders;
  orders.schedules = 10;
  orders.passing_itineraries = 1;
  const Trace passing = RunProgramOf("program", orders);
  ASSERT_EQ(passing.itineraries.size(), 1u);
  orders.itineraries = directory_.path() / "itineraries";
  ASSERT_TRUE(WriteFileAtomically(orders.itineraries, passing.itineraries[0].itinerary + "\n").ok());
  const Trace trace = RunProgramOf("witness", std::move(orders));
  ASSERT_EQ(trace.witnesses.size(), 1u);
  EXPECT_EQ(trace.witnesses[0].following, "tampered");
}

TEST_F(AddressSanitizerWitness, DoesNotLinkWithAProgramThatHasTheSanitizersHooks) {
  ASSERT_TRUE(WriteFileAtomically(directory_.path() / "program.cc",
                                  "extern \"C\" const char* __asan_default_options() { return \"\"; }\nint main() {}\n")
                  .ok());
  const ProcessResult witness = Run({"c++", "--variant", "address-sanitizer", "program.cc", "-o", "witness"});
  EXPECT_NE(witness.exit_code, 0);
  EXPECT_THAT(witness.errors, HasSubstr("__asan_default_options"));
}

TEST(SanitizerText, IsReadByStacks) {
  const auto reports = ParseSanitizerText(
      "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x502000000010 at pc 0x34e274 bp 0x7ffe sp 0x7ffe\n"
      "WRITE of size 4 at 0x502000000010 thread T3\n#0 0x00000034e273\n#1 0x000000351cbd\n\n"
      "0x502000000010 is located 0 bytes inside of 4-byte region [0x502000000010,0x502000000014)\n"
      "freed by thread T1 here:\n#0 0x00000034c432\n\npreviously allocated by thread T0 here:\n#0 0x00000034b7cd\n\n"
      "Thread T3 created by T0 here:\n#0 0x0000002f0871\n\nSUMMARY: AddressSanitizer: heap-use-after-free\n");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, "heap-use-after-free");
  ASSERT_EQ(reports[0].accesses.size(), 3u);
  EXPECT_EQ(reports[0].accesses[0].role, "this write of 4 bytes");
  EXPECT_EQ(reports[0].accesses[0].thread, 3);
  EXPECT_EQ(reports[0].accesses[0].frames, (std::vector<Address>{0x34e273, 0x351cbd}));
  EXPECT_EQ(reports[0].accesses[1].role, "freed");
  EXPECT_EQ(reports[0].accesses[1].thread, 1);
  EXPECT_EQ(reports[0].accesses[2].role, "allocated");
}

TEST(SanitizerText, HasSeveralReports) {
  const auto reports = ParseSanitizerText(
      "a.cc:8:30: runtime error: signed integer overflow: 2147483647 + 2 cannot be represented in type 'int'\n"
      "    #0 0x34e1ce\n\nSUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.cc:8:30 \n\n"
      "==9==ERROR: LeakSanitizer: detected memory leaks\n\n"
      "Direct leak of 8 byte(s) in 1 object(s) allocated from:\n#0 0x34b7cd\n\n"
      "Indirect leak of 8 byte(s) in 1 object(s) allocated from:\n#0 0x34b7ce\n");
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].kind, "undefined-behavior");
  EXPECT_THAT(reports[0].message, HasSubstr("signed integer overflow"));
  EXPECT_EQ(reports[1].kind, "leak");
  ASSERT_EQ(reports[1].accesses.size(), 1u);
  EXPECT_EQ(reports[1].accesses[0].frames, std::vector<Address>{0x34b7cd});
}

TEST(SanitizerText, HasAStackSomeLinesBelowTheHeadline) {
  const auto reports = ParseSanitizerText(
      "==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x34e274 bp 0x7ffe sp 0x7ffe T2)\n"
      "==7==The signal is caused by a WRITE memory access.\n==7==Hint: address points to the zero page.\n"
      "#0 0x34e274\n#1 0x34e300\n\n==7==Register values:\n#0 0x1\n");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, "SEGV");
  ASSERT_EQ(reports[0].accesses.size(), 1u);
  EXPECT_EQ(reports[0].accesses[0].thread, 2);
  EXPECT_EQ(reports[0].accesses[0].frames, (std::vector<Address>{0x34e274, 0x34e300}));
}

TEST(SanitizerText, ThatIsNoneIsPassedOver) {
  EXPECT_TRUE(ParseSanitizerText("#0 0x123\nhere: here:\nREAD of size 4\n==").empty());
}

}  // namespace
}  // namespace racecourse::grader
