// How this convinces: command lines as build systems write them, each with the commands that must come of it.

#include "grader/compile/driver_arguments.h"

#include <cstdio>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "grader/compile/driver.h"
#include "grader/system/file.h"
#include "grader/system/temporary_directory.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Arguments = std::vector<std::string>;

const Toolchain& FakeToolchain() {
  static const Toolchain toolchain{.major_version = 19,
                                   .version = "19",
                                   .clang = "clang",
                                   .clangxx = "clang++",
                                   .symbolizer = "",
                                   .nm = "",
                                   .lld = ""};
  return toolchain;
}

DriverArguments Parse(const Arguments& arguments) {
  const auto parsed = ParseDriverArguments(arguments);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *parsed : DriverArguments();
}

Arguments Link(const Arguments& arguments, const Arguments& objects, Language language = Language::kCxx) {
  return LinkCommand(language, Parse(arguments), objects, FakeToolchain(), {.source = "/s", .runtime = "/r"});
}

std::vector<std::string> Files(const DriverArguments& parsed) {
  std::vector<std::string> files;
  for (const auto& source : parsed.sources) files.push_back(source.file);
  return files;
}

TEST(DriverArguments, SplitCompilingFromLinking) {
  const DriverArguments parsed =
      Parse({"-std=c++20", "-Iinclude", "-o", "demo", "main.cc", "queue.cpp", "-lm", "lib.a"});
  EXPECT_THAT(Files(parsed), ElementsAre("main.cc", "queue.cpp"));
  EXPECT_EQ(parsed.output, "demo");
  EXPECT_THAT(parsed.compile_options, ElementsAre("-std=c++20", "-Iinclude"));
  EXPECT_FALSE(parsed.stops_before_link);
  EXPECT_THAT(Link({"-o", "demo", "main.cc", "-lm", "queue.cpp", "lib.a"}, {"1.o", "2.o"}),
              ElementsAre("clang++", "-Qunused-arguments", "-no-pie", "-fuse-ld=lld", "-Wl,--wrap=main", "1.o", "-lm",
                          "2.o", "lib.a", "/r/racecourse_runtime.o", "-lpthread", "-o", "demo"));
}

TEST(DriverArguments, CompileWithOurFlagsAndNeverLinkWithTheSanitizer) {
  const DriverArguments parsed = Parse({"-c", "main.cc", "-fsanitize=thread", "-O3", "-o", "main.o"});
  const Arguments command = CompileCommand(Language::kCxx, parsed, parsed.sources.at(0), FakeToolchain(), {"/s", "/r"});
  EXPECT_THAT(command, Contains("-fsanitize=thread"));
  EXPECT_THAT(command, Contains("-O1"));
  EXPECT_THAT(command, Not(Contains("-O3")));
  EXPECT_THAT(command, Contains("-DRACECOURSE_UNDER_TEST=1"));
  EXPECT_THAT(command, Contains("-tsan-instrument-func-entry-exit=0"));
  EXPECT_THAT(command, Contains("-I/s/framework/include")) << "the repaired headers of libstdc++ are found first";
  EXPECT_THAT(Link({"main.o", "-fsanitize=thread", "-O2", "-g", "-Wall"}, {}), Not(Contains("-fsanitize=thread")));
}

TEST(DriverArguments, NamesAOutByDefault) { EXPECT_EQ(Link({"main.cc"}, {"1.o"}).back(), "a.out"); }

TEST(DriverArguments, DropWhatWouldSpoilReports) {
  EXPECT_THAT(Parse({"-O2", "-O0", "-Ofast", "-fPIE", "-pie", "-fomit-frame-pointer", "-g0", "a.cc"}).compile_options,
              IsEmpty());
  EXPECT_THAT(Parse({"-fPIC", "-g3", "-Wall", "a.cc"}).compile_options, ElementsAre("-fPIC", "-g3", "-Wall"));
}

// Programs with a race would pass.
TEST(DriverArguments, NeverSwitchTheWatchingOff) {
  EXPECT_THAT(Parse({"-fno-sanitize=thread", "-fno-sanitize=all", "-fno-sanitize-thread-memory-access",
                     "-fno-sanitize-thread-atomics", "-fsanitize-ignorelist=all.txt", "a.cc"})
                  .compile_options,
              IsEmpty());
}

TEST(DriverArguments, PrecompileHeadersWithoutLinking) {
  EXPECT_TRUE(Parse({"all.h"}).stops_before_link);
  EXPECT_TRUE(Parse({"-x", "c++-header", "all.txt"}).stops_before_link);
  EXPECT_FALSE(Parse({"-x", "c++", "all.h"}).stops_before_link);
  EXPECT_THAT(Parse({"-include-pch", "all.h.pch", "a.cc"}).compile_options, ElementsAre("-include-pch", "all.h.pch"));
}

TEST(DriverArguments, KeepValuesWithTheirOptions) {
  const DriverArguments parsed = Parse(
      {"-I", "main.cc", "-include", "x.h", "-D", "N=1", "-MF", "d.d", "-Xclang", "-foo", "-mllvm", "-bar", "a.cc"});
  EXPECT_THAT(Files(parsed), ElementsAre("a.cc"));
  EXPECT_THAT(parsed.compile_options, ElementsAre("-I", "main.cc", "-include", "x.h", "-D", "N=1", "-MF", "d.d",
                                                  "-Xclang", "-foo", "-mllvm", "-bar"));
  EXPECT_THAT(Link({"a.o", "-L", "lib", "-Xlinker", "-v", "-Wl,-rpath,x"}, {}),
              ::testing::IsSupersetOf({"-L", "lib", "-Xlinker", "-v", "-Wl,-rpath,x"}));
}

TEST(DriverArguments, FollowDashX) {
  const DriverArguments parsed = Parse({"-x", "c++", "demo.txt", "-", "-x", "none", "lib.o", "b.cc", "-xc", "c.in"});
  ASSERT_EQ(parsed.sources.size(), 4u);
  EXPECT_EQ(parsed.sources[0], (DriverArguments::Source{"demo.txt", "c++"}));
  EXPECT_EQ(parsed.sources[1], (DriverArguments::Source{"-", "c++"}));
  EXPECT_EQ(parsed.sources[2], (DriverArguments::Source{"b.cc", ""}));
  EXPECT_EQ(parsed.sources[3], (DriverArguments::Source{"c.in", "c"}));
}

TEST(DriverArguments, StopWhereTheCompilerStops) {
  for (const std::string option : {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only"}) {
    EXPECT_TRUE(Parse({option, "a.cc"}).stops_before_link) << option;
    EXPECT_THAT(Parse({option, "a.cc"}).compile_options, ElementsAre(option));
  }
  EXPECT_FALSE(Parse({"-MD", "a.cc"}).stops_before_link);
}

TEST(DriverArguments, LeaveTheRuntimeOutOfSharedObjects) {
  const Arguments command = Link({"-shared", "-fPIC", "a.cc", "-olib.so"}, {"1.o"});
  EXPECT_THAT(command, Not(Contains("/r/racecourse_runtime.o")));
  EXPECT_THAT(command, Not(Contains("-no-pie")));
  EXPECT_THAT(command, Contains("-shared"));
  EXPECT_EQ(command.back(), "lib.so");
}

TEST(DriverArguments, BringTheCxxLibraryForC) {
  EXPECT_THAT(Link({"a.c"}, {"1.o"}, Language::kC), ::testing::IsSupersetOf({"clang", "-lstdc++"}));
}

TEST(DriverArguments, KnowQuestions) {
  EXPECT_TRUE(Parse({"--version"}).is_query);
  EXPECT_TRUE(Parse({"-print-search-dirs"}).is_query);
  EXPECT_FALSE(Parse({"a.o"}).is_query);
}

TEST(DriverArguments, RefuseWhatIsNotThere) {
  EXPECT_THAT(std::string(ParseDriverArguments({"--variant=fast", "a.cc"}).status().message()),
              HasSubstr("unknown variant"));
  EXPECT_FALSE(ParseDriverArguments({"-fsanitize=address", "a.cc"}).ok());
  EXPECT_TRUE(ParseDriverArguments({"-fsanitize=address", "a.cc", "--variant", "native"}).ok());
  EXPECT_FALSE(ParseDriverArguments({"a.cc", "-o"}).ok());
  EXPECT_EQ(Parse({"--variant=native", "a.cc"}).variant, Variant::kNative);
  EXPECT_EQ(Parse({"--variant", "thread-sanitizer", "a.cc"}).variant, Variant::kThreadSanitizer);
  EXPECT_EQ(Parse({"--variant", "address-sanitizer", "a.cc"}).variant, Variant::kAddressSanitizer);
}

TEST(ResponseFiles, AreReadAsClangReadsThem) {
  const auto directory = TemporaryDirectory::Create("test");
  ASSERT_TRUE(directory.ok());
  const std::string inner = (directory->path() / "inner.rsp").string();
  const std::string outer = (directory->path() / "outer.rsp").string();
  ASSERT_TRUE(WriteFileAtomically(inner, "-DNAME=\"two words\" 'c d.cc'\n-DX=a\\ b").ok());
  ASSERT_TRUE(WriteFileAtomically(outer, "-O2 @" + inner + " \"\" ").ok());
  EXPECT_THAT(ExpandResponseFiles({"a.cc", "@" + outer, "@/no/such/file"}),
              ElementsAre("a.cc", "-O2", "-DNAME=two words", "c d.cc", "-DX=a b", "", "@/no/such/file"));
  ASSERT_TRUE(WriteFileAtomically(outer, "@" + outer).ok());
  EXPECT_THAT(ExpandResponseFiles({"@" + outer}), ElementsAre("@" + outer)) << "a file that names itself ends";
}

}  // namespace
}  // namespace racecourse::grader
