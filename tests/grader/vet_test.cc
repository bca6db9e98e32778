// How this convinces: one submission per trick of shared knowledge about cheating (see the table of attacks), each with
// the line where it must be caught, beside innocent look-alikes that must pass.

#include <string>

#include "gmock/gmock.h"
#include "grader/vet/dependency_scan.h"
#include "grader/vet/source_scan.h"
#include "grader/vet/symbol_scan.h"
#include "grader/vet/tokens.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Texts(const std::string& source) {
  std::vector<std::string> texts;
  for (const Token& token : Tokenize(source)) texts.push_back(token.text);
  return texts;
}

TEST(Tokens, LeaveOutComments) {
  EXPECT_THAT(Texts("a // asm\nb /* asm\n asm */ c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Texts("a // continued \\\n asm\nb"), ElementsAre("a", "b"));
}

TEST(Tokens, JoinContinuedLines) { EXPECT_THAT(Texts("a\\\nsm x"), ElementsAre("asm", "x")); }

TEST(Tokens, TakeLiteralsWhole) {
  EXPECT_THAT(Texts(R"(f("a \" asm", 'x', '\''))"), ElementsAre("f", "(", "a \\\" asm", ",", "x", ",", "\\'", ")"));
  EXPECT_THAT(Texts("R\"x(asm \" )\" )x\" y"), ElementsAre("asm \" )\" ", "y"));
  EXPECT_THAT(Texts("1'000'000 asm"), ElementsAre("1'000'000", "asm"));
}

TEST(Tokens, CountLines) {
  const std::vector<Token> tokens = Tokenize("a\n/* \n */ b\\\nc\nd R\"(\n\n)\" e");
  ASSERT_EQ(tokens.size(), 5u);
  EXPECT_EQ(tokens[0].line, 1);
  EXPECT_EQ(tokens[1].text, "bc");
  EXPECT_EQ(tokens[1].line, 3);
  EXPECT_EQ(tokens[2].line, 5);
  EXPECT_EQ(tokens[4].line, 7);
}

TEST(Tokens, SurviveWhateverComes) {
  for (const std::string source : {"\"", "'", "/*", "R\"(", "R\"x", "\\", "#", "a\\", "\\\n"}) {
    Tokenize(source);
  }
}

struct Trick {
  std::string source;
  int line;  // 0: innocent
  std::string complaint;
};

class Tricks : public ::testing::TestWithParam<Trick> {};

TEST_P(Tricks, AreSeenThrough) {
  const auto misuse = ScanSources({{"tally.h", GetParam().source}}, {});
  ASSERT_EQ(misuse.has_value(), GetParam().line != 0) << (misuse ? misuse->message : GetParam().source);
  if (!misuse) return;
  EXPECT_EQ(misuse->file, "tally.h");
  EXPECT_EQ(misuse->line, GetParam().line);
  EXPECT_THAT(misuse->message, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Vet, Tricks,
    ::testing::Values(Trick{"#include <mutex>\nint f();\n", 0, ""},
                      Trick{"// asm and no_sanitize in a comment\nconst char* s = \"asm(); __tsan_x\";\n", 0, ""},
                      Trick{"#include \"queue.h\"\n#include <sys/types.h>\n", 0, ""},
                      Trick{"int my_asm; int asmodeus;\n", 0, ""},
                      Trick{"int x;\nvoid f() { asm(\"incl x\"); }\n", 2, "Inline assembly"},
                      Trick{"void f() {\n  __asm__ volatile(\"\");\n}\n", 2, "Inline assembly"},
                      Trick{"void f() { a\\\nsm(\"\"); }\n", 1, "Inline assembly"},
                      Trick{"\n__attribute__((no_sanitize(\"thread\"))) void f();\n", 2, "hide accesses"},
                      Trick{"__attribute__((no_sanitize_thread)) void f();\n", 1, "hide accesses"},
                      Trick{"[[clang::disable_sanitizer_instrumentation]] void f();\n", 1, "hide accesses"},
                      Trick{"#pragma clang attribute push(x)\n", 1, "#pragma clang attribute"},
                      Trick{"#include \"/etc/passwd\"\n", 1, "leads out of the submission"},
                      Trick{"int x;\n  #  include <../../solutions/tally.h>\n", 2, "leads out of the submission"},
                      Trick{"%:include \"../x.h\"\n", 1, "leads out of the submission"},
                      Trick{"#define X \"/etc/passwd\"\n#include X\n", 2, "a macro is not allowed"},
                      Trick{"#import \"/etc/passwd\"\n", 1, "leads out"},
                      Trick{"const char p[] = {\n#embed \"/etc/passwd\"\n};\n", 2, "#embed"},
                      Trick{"#if __has_embed(\"/etc/passwd\")\n#endif\n", 1, "__has_embed"},
                      Trick{"#include <gtest/gtest.h>\n", 1, "not allowed"},
                      Trick{"#include <sanitizer/tsan_interface.h>\n", 1, "not allowed"},
                      Trick{"extern \"C\" const char* __tsan_default_options() { return \"report_bugs=0\"; }\n", 1,
                            "reserved"},
                      Trick{"extern \"C\" void racecourse_give_up();\n", 1, "reserved"}));

TEST(Vet, HoldsIncludesAgainstTheExercisesList) {
  const SourceTexts sources = {{"a.h", "#include <atomic>\n#include \"b.h\"\n#include <mutex>\n"}, {"b.h", ""}};
  const auto misuse = ScanSources(sources, {"atomic", "thread"});
  ASSERT_TRUE(misuse);
  EXPECT_EQ(misuse->line, 3);
  EXPECT_THAT(misuse->message, HasSubstr("does not allow <mutex>; allowed are atomic, thread"));
  EXPECT_FALSE(ScanSources(sources, {"atomic", "mutex"}));
}

TEST(Vet, ReadsWhatNmPrints) {
  EXPECT_THAT(ParseSymbols("main T 0 4\nhelper t 4 4\nmalloc U 0 0\n_ZN1A1fEv W 0 1\n\nx.o:\nweak w\n"),
              ElementsAre(Symbol{"main", true, false}, Symbol{"malloc", false, false}, Symbol{"_ZN1A1fEv", true, true},
                          Symbol{"weak", false, true}));
}

struct ObjectTrick {
  Symbol symbol;
  std::string complaint;  // empty: innocent
};

class ObjectTricks : public ::testing::TestWithParam<ObjectTrick> {};

TEST_P(ObjectTricks, AreSeenThrough) {
  const auto misuse = ScanSymbols({GetParam().symbol}, {{"tally.h", "int x;\nint main() {}\n"}});
  EXPECT_EQ(misuse.has_value(), !GetParam().complaint.empty()) << GetParam().symbol.name;
  if (misuse) {
    EXPECT_THAT(misuse->message, HasSubstr(GetParam().complaint));
  }
}

INSTANTIATE_TEST_SUITE_P(Vet, ObjectTricks,
                         ::testing::Values(ObjectTrick{{"_ZN5Tally3addEv", true, true}, ""},
                                           ObjectTrick{{"pthread_create", false, false}, ""},
                                           ObjectTrick{{"__tsan_read4", false, false}, ""},
                                           ObjectTrick{{"_Znwm", false, false}, ""},
                                           ObjectTrick{{"main", true, false}, "main()"},
                                           ObjectTrick{{"pthread_mutex_lock", true, false}, "'pthread_mutex_lock'"},
                                           ObjectTrick{{"malloc", true, true}, "'malloc'"},
                                           ObjectTrick{{"write", true, false}, "'write'"},
                                           ObjectTrick{{"__tsan_write4", true, false}, "'__tsan_write4'"},
                                           ObjectTrick{{"racecourse_run", true, false}, "'racecourse_run'"},
                                           ObjectTrick{{"_Znwm", true, false}, "operator new"},
                                           ObjectTrick{{"_ZdlPv", true, true}, "operator new"},
                                           ObjectTrick{{"_ZN7testing4Test5SetUpEv", true, false}, "GoogleTest"},
                                           ObjectTrick{{"dlsym", false, false}, "'dlsym'"},
                                           ObjectTrick{{"dlopen", false, true}, "'dlopen'"}));

TEST(Vet, SaysWhereAForbiddenDefinitionIs) {
  const auto misuse = ScanSymbols({{"main", true, false}}, {{"tally.h", "int x;\nint main() {}\n"}});
  ASSERT_TRUE(misuse);
  EXPECT_EQ(misuse->file, "tally.h");
  EXPECT_EQ(misuse->line, 2);
}

TEST(Vet, SeesWhatACompilationRead) {
  const std::vector<std::filesystem::path> roots = {"/usr/include", "/course/tests"};
  EXPECT_FALSE(
      ScanDependencies({"./tally.h", "tally.h", "/usr/include/c++/12/mutex", "/course/tests/adapter.h"}, roots));
  EXPECT_TRUE(ScanDependencies({"/etc/passwd"}, roots));
  EXPECT_TRUE(ScanDependencies({"../alice/tally.h"}, roots));
  EXPECT_TRUE(ScanDependencies({"/usr/include/../../etc/passwd"}, roots));
  EXPECT_TRUE(ScanDependencies({"/usr/includes/x.h"}, roots));
}

}  // namespace
}  // namespace racecourse::grader
