// Submissions that try to silence the detectors: a program with a data race, and around it, one after the other, the
// tricks that work against ThreadSanitizer itself. Convinces because the same program without any trick is found racy,
// and none of the tricks makes it pass.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "grader/system/file.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Trick {
  std::string name;
  std::string before;  // the racy code
  std::string after;
  std::string kind;  // of the finding
  std::string said;
  friend void PrintTo(const Trick& trick, std::ostream* out) { *out << trick.name; }
};

class Tampering : public ::testing::TestWithParam<Trick> {};

// Names that no scan of the text sees.
constexpr char kPaste[] = "#define JOIN(a, b) a##b\n";

// A constructor that puts a return instruction at the beginning of the functions that see accesses, by
// `Put(void* function)`, which what comes between defines.
constexpr char kPutReturn[] =
    "extern \"C\" void JOIN(__ts, an_read4)(void*);\nextern \"C\" void JOIN(__ts, an_write4)(void*);\n"
    "extern \"C\" void JOIN(__ts, an_read8)(void*);\nextern \"C\" void JOIN(__ts, an_write8)(void*);\n"
    "struct Patch { Patch() { for (auto* f : {JOIN(__ts, an_read4), JOIN(__ts, an_write4), JOIN(__ts, an_read8), "
    "JOIN(__ts, an_write8)}) Put(reinterpret_cast<char*>(f)); } };\ninline Patch patch;\n";

const Trick kTricks[] = {
    {"None", "", "", "data_race", "\"file\": \"tally.h\""},
    {"OptionsOfTheSanitizer", kPaste,
     "extern \"C\" const char* JOIN(__ts, an_default_options)() { return \"report_bugs=0:exitcode=0\"; }\n", "misuse",
     "__tsan_default_options"},
    {"SuppressionsOfTheSanitizer", kPaste,
     "extern \"C\" const char* JOIN(__ts, an_default_suppressions)() { return \"race:*\"; }\n", "misuse",
     "__tsan_default_suppressions"},
    {"ExitAtTheReport", "#include <unistd.h>\n#define JOIN(a, b) a##b\n",
     "extern \"C\" void JOIN(__ts, an_on_report)(void*) { _exit(0); }\n", "misuse", "__tsan_on_report"},
    {"ConstructorThatEndsTheProgram", "#include <cstdio>\n#include <unistd.h>\n",
     "struct End { End() { std::puts(\"[  PASSED  ] 9 tests.\"); _exit(0); } };\ninline End the_end;\n", "crash",
     "constructor of a global object"},
    {"DestructorThatEndsTheProgram", "#include <unistd.h>\n",
     "struct End { ~End() { _exit(0); } };\ninline End the_end;\n", "data_race", "\"file\": \"tally.h\""},
    {"ReportToNowhere", "#include <dlfcn.h>\n",
     "struct Find { Find() { dlsym(RTLD_DEFAULT, \"__sanitizer_set_report_fd\"); } };\ninline Find find;\n", "misuse",
     "dlsym"},
    {"ClosedStandardError", "#include <unistd.h>\n",
     "struct Close { Close() { close(2); } };\ninline Close close_it;\n", "data_race", "\"file\": \"tally.h\""},
    {"PragmaAroundAll",
     "_Pragma(\"clang attribute push(__attribute__((no_sanitize(\\\"thread\\\"))), apply_to = function)\")\n",
     "_Pragma(\"clang attribute pop\")\n", "misuse", "compiled without instrumentation"},
    {"AttributeByMacro", kPaste,
     "inline int hidden = 0;\n"
     "[[gnu::used]] __attribute__((JOIN(no_sani, tize)(\"thread\"))) inline void Hide() { ++hidden; }\n",
     "misuse", "'Hide' is compiled without instrumentation"},
    {"AttributeByMacroWithoutDebugInformation", kPaste,
     "inline int hidden = 0;\n"
     "[[gnu::used, gnu::nodebug]] __attribute__((JOIN(disable_sanitizer_, instrumentation)))\n"
     "inline void Hide() { ++hidden; }\n",
     "misuse", "'Hide' is compiled without instrumentation"},
    {"AssemblyByMacro", kPaste,
     "inline int hidden = 0;\n"
     "[[gnu::used]] inline void Hide() { JOIN(as, m)(\"incl %0\" : \"+m\"(hidden)); }\n",
     "misuse", "Inline assembly"},
    {"AssemblyOutsideFunctions", kPaste, "JOIN(as, m)(\".globl harmless\");\n", "misuse", "Inline assembly"},
    {"NakedFunction", kPaste, "[[gnu::used, gnu::naked]] inline void Hide() { JOIN(as, m)(\"ret\"); }\n", "misuse", ""},
    {"AnotherFilesName", "#line 1 \"/usr/include/tally.h\"\n", "", "misuse", "#line"},
    {"OwnAccessFunction", kPaste, "extern \"C\" void JOIN(__ts, an_write8)(void*) {}\n", "misuse", "__tsan_write8"},
    {"OwnThreadFunction", kPaste,
     "extern \"C\" int JOIN(pthread_mu, tex_lock)(pthread_mutex_t*) noexcept { return 0; }\n", "misuse",
     "pthread_mutex_lock"},
    {"OwnFunctionOfTheSystem", "#include <sys/epoll.h>\n",
     "extern \"C\" int epoll_wait(int, epoll_event*, int, int) { return 0; }\n", "misuse", "epoll_wait"},
    {"CodeThroughItsFile", absl::StrCat("#include <fcntl.h>\n#include <unistd.h>\n", kPaste),
     absl::StrCat(
         "inline void Put(char* at) {\n"
         "  if (pwrite(open(\"/proc/self/mem\", O_RDWR), \"\\xc3\", 1, reinterpret_cast<off_t>(at)) < 0) return;\n"
         "}\n",
         kPutReturn),
     "data_race", "\"file\": \"tally.h\""},
    {"CodeThroughItsStream", absl::StrCat("#include <fstream>\n", kPaste),
     absl::StrCat("inline void Put(char* at) {\n"
                  "  std::fstream file(\"/proc/thread-self/mem\", std::ios::in | std::ios::out);\n"
                  "  file.seekp(reinterpret_cast<std::streamoff>(at)).put('\\xc3');\n"
                  "}\n",
                  kPutReturn),
     "data_race", "\"file\": \"tally.h\""},
    {"CodeMadeWritable", absl::StrCat("#include <cstdint>\n#include <sys/mman.h>\n", kPaste),
     absl::StrCat("inline void Put(char* at) {\n"
                  "  void* page = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(at) & ~4095ul);\n"
                  "  if (mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0) *at = '\\xc3';\n"
                  "}\n",
                  kPutReturn),
     "data_race", "\"file\": \"tally.h\""},
    {"CodeMadeWritableByNumber",
     absl::StrCat("#include <cstdint>\n#include <sys/syscall.h>\n#include <unistd.h>\n", kPaste),
     absl::StrCat(
         "inline void Put(char* at) {\n"
         "  if (syscall(SYS_mprotect, reinterpret_cast<std::uintptr_t>(at) & ~4095ul, 4096, 7) == 0) *at = '\\xc3';\n"
         "}\n",
         kPutReturn),
     "data_race", "\"file\": \"tally.h\""},
};

TEST_P(Tampering, DoesNotHideARace) {
  const auto directory = TemporaryDirectory::Create("tampering-test");
  ASSERT_TRUE(directory.ok());
  const auto racy =
      ReadFile(fs::path(RACECOURSE_SOURCE_DIR) / "solutions/threads/10-whiteboard-tally/wrong/b1-plain-add/tally.h");
  ASSERT_TRUE(racy.ok());
  ASSERT_TRUE(
      WriteFileAtomically(directory->path() / "tally.h", absl::StrCat(GetParam().before, *racy, GetParam().after))
          .ok());
  Command command;
  command.arguments = {GRADER_PROGRAM, "check",       ".",   "--exercise",  "whiteboard-tally",
                       "--json",       "--schedules", "100", "--no-witness"};
  command.directory = directory->path();
  // One cache for all tests, so that only the first compiles the exercise's own files.
  const fs::path cache = fs::temp_directory_path() / absl::StrCat("racecourse-tampering-cache-", getuid());
  command.environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", absl::StrCat("RACECOURSE_CACHE=", cache.string())};
  const auto result = RunProcess(command);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 1) << result->output << result->errors;
  const std::string all = result->output;
  EXPECT_THAT(all, HasSubstr(absl::StrCat("\"kind\": \"", GetParam().kind, "\"")));
  EXPECT_THAT(all, HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(AgainstTheDetectors, Tampering, ::testing::ValuesIn(kTricks),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace racecourse::grader
