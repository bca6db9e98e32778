// How this convinces: what a cache may do wrong is to build twice, to hand out half a file, or to hand out an old one.
// Each is provoked, also by several threads and by processes that die.

#include "grader/compile/build_cache.h"

#include <atomic>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "grader/compile/dependencies.h"
#include "grader/system/file.h"
#include "grader/system/parallel.h"
#include "grader/system/sha256.h"
#include "grader/system/temporary_directory.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::ElementsAre;

class BuildCacheTest : public ::testing::Test {
 protected:
  BuildCacheTest() : directory_(*TemporaryDirectory::Create("cache-test")), cache_(directory_.path()) {}

  BuildCache::Build Writing(const std::string& content) {
    return [this, content](const std::filesystem::path& output) {
      ++builds_;
      return WriteFileAtomically(output, content);
    };
  }

  TemporaryDirectory directory_;
  BuildCache cache_;
  std::atomic<int> builds_{0};
};

const std::string kKey = Fingerprint().Add("key").Hex();

TEST_F(BuildCacheTest, BuildsOnce) {
  const auto first = cache_.Get(kKey, ".o", Writing("one"));
  const auto second = cache_.Get(kKey, ".o", Writing("two"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(*ReadFile(*second), "one");
  EXPECT_EQ(builds_, 1);
}

TEST_F(BuildCacheTest, BuildsOnceForManyThreads) {
  std::atomic<int> right{0};
  ForEachInParallel(16, 8, [&](std::size_t) {
    const auto entry = cache_.Get(kKey, ".o", Writing("one"));
    if (entry.ok() && ReadFile(*entry).value_or("") == "one") ++right;
  });
  EXPECT_EQ(right, 16);
  EXPECT_EQ(builds_, 1);
}

TEST_F(BuildCacheTest, KeepsNothingOfABuildThatFails) {
  const auto failed = cache_.Get(kKey, ".o", [](const std::filesystem::path& output) {
    EXPECT_TRUE(WriteFileAtomically(output, "half").ok());
    return absl::AbortedError("does not compile");
  });
  EXPECT_TRUE(absl::IsAborted(failed.status()));
  EXPECT_EQ(*ReadFile(*cache_.Get(kKey, ".o", Writing("whole"))), "whole");
}

TEST_F(BuildCacheTest, BuildsAgainWhatIsNoLongerCurrent) {
  ASSERT_TRUE(cache_.Get(kKey, ".o", Writing("old")).ok());
  const auto entry = cache_.Get(kKey, ".o", Writing("new"),
                                [](const std::filesystem::path& path) { return *ReadFile(path) == "new"; });
  EXPECT_EQ(*ReadFile(*entry), "new");
}

TEST_F(BuildCacheTest, ForgetsWhatWasNotUsedForLongest) {
  const std::string other = Fingerprint().Add("other").Hex();
  const auto old_entry = *cache_.Get(kKey, ".o", Writing(std::string(1000, 'x')));
  const auto new_entry = *cache_.Get(other, ".o", Writing(std::string(1000, 'y')));
  std::filesystem::last_write_time(old_entry, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  cache_.Trim(1500);
  EXPECT_FALSE(std::filesystem::exists(old_entry));
  EXPECT_TRUE(std::filesystem::exists(new_entry));
}

TEST(Fingerprint, IsSha256AndKeepsFieldsApart) {
  EXPECT_EQ(Fingerprint().Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_NE(Fingerprint().Add("ab").Add("c").Hex(), Fingerprint().Add("a").Add("bc").Hex());
  EXPECT_NE(Fingerprint().Add("").Hex(), Fingerprint().Hex());
}

TEST(Dependencies, AreReadFromMakesLanguage) {
  EXPECT_THAT(ParseDependencies("a.o: tally.h \\\n  /usr/include/x.h with\\ blank.h a$$b\n"),
              ElementsAre("tally.h", "/usr/include/x.h", "with blank.h", "a$b"));
  EXPECT_TRUE(ParseDependencies("nonsense").empty());
}

TEST(Dependencies, ChangeWithTheFile) {
  const auto directory = TemporaryDirectory::Create("test");
  const std::string file = (directory->path() / "x.h").string();
  ASSERT_TRUE(WriteFileAtomically(file, "one").ok());
  const std::string before = DescribeFiles({file});
  EXPECT_EQ(DescribeFiles({file}), before);
  ASSERT_TRUE(WriteFileAtomically(file, "three").ok());
  EXPECT_NE(DescribeFiles({file}), before);
}

}  // namespace
}  // namespace racecourse::grader
