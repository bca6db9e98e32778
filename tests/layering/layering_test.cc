// Convinces by running the same checker twice: on the repository, which must be
// clean, and on small trees written here, each of which breaks one rule and
// must be caught at the right line.

#include "tests/layering/layering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace racecourse::layering {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const fs::path kRepository = RACECOURSE_SOURCE_DIR;

// A tree that lives as long as the object.
class Tree {
 public:
  Tree() {
    std::string pattern = (fs::temp_directory_path() / "layering.XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Tree& With(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
    return *this;
  }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

TEST(Layering, EveryIncludeOfTheRepositoryObeysTheTable) { EXPECT_THAT(IncludeViolations(kRepository), IsEmpty()); }

TEST(Layering, OnlyInterposeDefinesTheCompilersAbi) { EXPECT_THAT(AbiViolations(kRepository), IsEmpty()); }

TEST(Layering, TheTableIsTheOneInTheDocs) {
  std::vector<std::string> rows;
  for (const Part& part : Parts()) rows.push_back(part.folder + " | " + part.documented);
  EXPECT_EQ(rows, DocumentedRows(kRepository));
}

TEST(LayeringChecker, AcceptsATreeThatObeys) {
  Tree tree;
  tree.With("framework/core/clock.h", "#include <cstdint>\n")
      .With("framework/core/clock.cc", "#include \"clock.h\"\n")
      .With("framework/include/racecourse/schedule_test.h", "#include <gtest/gtest.h>\n")
      .With("framework/model/mutex.h", "#include \"framework/core/clock.h\"\n")
      .With("framework/trace/trace.h", "#include \"framework/core/clock.h\"\n")
      .With("framework/execution/run.cc", "#include <sys/mman.h>\n#include \"framework/model/mutex.h\"\n")
      .With("framework/interpose/tsan.cc", "extern \"C\" void __tsan_init() {}\n")
      .With("framework/testing/main.cc", "#include \"racecourse/schedule_test.h\"\n")
      .With("grader/cli/main.cc",
            "#include <absl/status/status.h>\n#include "
            "\"framework/trace/trace.h\"\n")
      // The repaired header of the same name is for programs under examination only.
      .With("framework/include/coroutine", "")
      .With("grader/observe/costs.cc", "#include <coroutine>\n");
  EXPECT_THAT(IncludeViolations(tree.root()), IsEmpty());
  EXPECT_THAT(AbiViolations(tree.root()), IsEmpty());
}

struct BadInclude {
  const char* file;
  const char* text;
  const char* violation;  // how the one violation begins
};

void PrintTo(const BadInclude& bad, std::ostream* out) { *out << bad.file; }

class CatchesInclude : public ::testing::TestWithParam<BadInclude> {};

TEST_P(CatchesInclude, AtItsLine) {
  Tree tree;
  tree.With("framework/core/clock.h", "")
      .With("framework/model/mutex.h", "")
      .With("framework/trace/trace.h", "")
      .With("framework/execution/run.h", "")
      .With("framework/interpose/tsan.h", "")
      .With("framework/include/racecourse/schedule_test.h", "")
      .With("grader/report/report.h", "")
      .With(GetParam().file, GetParam().text);
  EXPECT_THAT(IncludeViolations(tree.root()), ElementsAre(StartsWith(GetParam().violation)));
}

INSTANTIATE_TEST_SUITE_P(
    LayeringChecker, CatchesInclude,
    ::testing::Values(
        // Upwards, by each way to write the path.
        BadInclude{"framework/core/a.cc", "\n#include \"framework/model/mutex.h\"\n",
                   "framework/core/a.cc:2: includes framework/model/mutex.h"},
        BadInclude{"framework/core/b.cc", "#include \"../model/mutex.h\"\n", "framework/core/b.cc:1:"},
        BadInclude{"framework/core/c.cc", "  #  include \"model/mutex.h\"\n", "framework/core/c.cc:1:"},
        BadInclude{"framework/core/d.cc", "#include <framework/model/mutex.h>\n", "framework/core/d.cc:1:"},
        BadInclude{"framework/strategy/e.h", "#include \"framework/model/mutex.h\"\n", "framework/strategy/e.h:1:"},
        BadInclude{"framework/execution/f.cc", "#include \"framework/interpose/tsan.h\"\n",
                   "framework/execution/f.cc:1:"},
        BadInclude{"framework/core/g.cc", "#include \"racecourse/schedule_test.h\"\n", "framework/core/g.cc:1:"},
        // What exercise code sees stays apart from the engine.
        BadInclude{"framework/include/racecourse/h.h", "#include \"framework/core/clock.h\"\n",
                   "framework/include/racecourse/h.h:1:"},
        // Libraries where only the standard library is wanted.
        BadInclude{"framework/core/i.cc", "#include <absl/status/status.h>\n", "framework/core/i.cc:1:"},
        BadInclude{"framework/core/j.cc", "#include <unistd.h>\n", "framework/core/j.cc:1:"},
        BadInclude{"framework/execution/k.cc", "#include <gtest/gtest.h>\n", "framework/execution/k.cc:1:"},
        // The grader knows the trace and nothing else; nobody knows the grader.
        BadInclude{"grader/cli/l.cc", "#include \"framework/execution/run.h\"\n", "grader/cli/l.cc:1:"},
        BadInclude{"grader/cli/m.cc", "#include \"framework/core/clock.h\"\n", "grader/cli/m.cc:1:"},
        BadInclude{"framework/trace/n.cc", "#include \"grader/report/report.h\"\n", "framework/trace/n.cc:1:"},
        // A folder that the table does not know.
        BadInclude{"framework/misc/o.cc", "", "framework/misc/o.cc:1: lies in a folder"}));

TEST(LayeringChecker, CatchesADefinitionOfTheAbi) {
  Tree tree;
  tree.With("framework/execution/a.cc", "\nextern \"C\" void __tsan_read4(void* address) noexcept {\n}\n")
      .With("framework/testing/b.cc", "#define RC_ACCESS(name) void __tsan_##name(void* p)\n")
      .With("grader/compile/c.cc", "void __tsan_init() {}\n")
      .With("exercises/threads/01-first/tests/d.cc",
            "extern \"C\" int __tsan_atomic32_load(\n  int* p, int) { return "
            "*p; }\n");
  EXPECT_THAT(AbiViolations(tree.root()),
              ElementsAre(StartsWith("framework/execution/a.cc:2:"), StartsWith("framework/testing/b.cc:1:"),
                          StartsWith("grader/compile/c.cc:1:"), HasSubstr("01-first/tests/d.cc:1:")));
}

TEST(LayeringChecker, AllowsTheAbisNamesInDeclarationsCallsTextAndComments) {
  Tree tree;
  tree.With("framework/execution/a.cc",
            "// __tsan_init() { is defined elsewhere\n"
            "extern \"C\" void __tsan_init();\n"
            "void Start() { __tsan_init(); if (Ready(__tsan_load(), 1'000)) { "
            "Go(); } }\n"
            "const char* kReserved = \"__tsan_read4() {\"; /* __tsan_x() { */ "
            "char c = '\"';\n");
  EXPECT_THAT(AbiViolations(tree.root()), IsEmpty());
}

}  // namespace
}  // namespace racecourse::layering
