// How this convinces: every way in which a child can end or misbehave is acted out by a shell and must come back as
// what it was.

#include "grader/system/subprocess.h"

#include <signal.h>

#include <string>

#include "gmock/gmock.h"
#include "grader/system/file.h"
#include "grader/system/temporary_directory.h"
#include "gtest/gtest.h"

namespace racecourse::grader {
namespace {

using ::testing::HasSubstr;

Command Shell(const std::string& script) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  command.limits.wall_seconds = 30;
  return command;
}

TEST(Subprocess, CollectsWhatIsWritten) {
  Command command = Shell("cat; echo out; echo err >&2; exit 5");
  command.input = "in ";
  const auto result = RunProcess(command);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->output, "in out\n");
  EXPECT_EQ(result->errors, "err\n");
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_EQ(result->ToString(), "exit status 5");
  EXPECT_FALSE(result->Succeeded());
}

TEST(Subprocess, TellsSignalsFromExits) {
  const auto result = RunProcess(Shell("kill -SEGV $$"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->signal, SIGSEGV);
  EXPECT_EQ(result->ToString(), "killed by SIGSEGV");
}

TEST(Subprocess, HandsOverTheTrace) {
  Command command = Shell("printf 'one\\ntwo' >&3");
  std::string trace;
  command.on_trace = [&](absl::string_view bytes) {
    trace.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
  ASSERT_TRUE(RunProcess(command).ok());
  EXPECT_EQ(trace, "one\ntwo");
}

TEST(Subprocess, EndsAChildWhoseTraceIsRefused) {
  Command command = Shell("echo x >&3; sleep 60");
  command.on_trace = [](absl::string_view) { return absl::DataLossError("nonsense"); };
  const auto result = RunProcess(command);
  EXPECT_EQ(result.status(), absl::DataLossError("nonsense"));
}

TEST(Subprocess, StopsWhatTakesTooLongWithAllItsChildren) {
  const auto directory = TemporaryDirectory::Create("subprocess-test");
  Command command = Shell("(sleep 60; echo late > \"$0\") & sleep 60");
  command.arguments.push_back((directory->path() / "late").string());
  command.limits.wall_seconds = 0.2;
  const auto result = RunProcess(command);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->timed_out);
  EXPECT_LT(result->wall_seconds, 20);
}

TEST(Subprocess, DoesNotWaitForAChildLeftBehind) {
  const auto result = RunProcess(Shell("sleep 60 & echo done"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, "done\n");
  EXPECT_LT(result->wall_seconds, 20);
  EXPECT_FALSE(result->timed_out);
}

TEST(Subprocess, DropsAFloodOfOutput) {
  Command command = Shell("head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2");
  command.limits.output_bytes_kept = 1000;
  const auto result = RunProcess(command);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, std::string(1000, 'x'));
  EXPECT_EQ(result->errors, "end\n");
}

TEST(Subprocess, LimitsFilesAndEnvironment) {
  const auto directory = TemporaryDirectory::Create("subprocess-test");
  Command command = Shell("echo \"$HOME,$GREETING\"; head -c 100000 /dev/zero > big");
  command.directory = directory->path();
  command.environment = {"GREETING=hello", "PATH=/usr/bin:/bin"};
  command.limits.file_bytes = 4096;
  const auto result = RunProcess(command);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, ",hello\n");
  EXPECT_LE(std::filesystem::file_size(directory->path() / "big"), 4096u);
}

TEST(Subprocess, SaysWhatCannotBeStarted) {
  Command command;
  command.arguments = {"no-such-program-anywhere"};
  EXPECT_THAT(std::string(RunProcess(command).status().message()), HasSubstr("no-such-program-anywhere"));
  command = Shell("true");
  command.directory = "/no/such/folder";
  EXPECT_TRUE(absl::IsNotFound(RunProcess(command).status()));
}

TEST(File, RefusesWhatIsNotARegularFile) {
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadFile("/dev/zero").status()));
  EXPECT_FALSE(ReadFile("/").ok());
  EXPECT_TRUE(absl::IsNotFound(ReadFile("/no/such/file").status()));
  const auto directory = TemporaryDirectory::Create("file-test");
  ASSERT_TRUE(WriteFileAtomically(directory->path() / "a", "12345").ok());
  std::filesystem::create_symlink("a", directory->path() / "link");
  EXPECT_EQ(*ReadFile(directory->path() / "link"), "12345");
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadFileWithoutLinks(directory->path() / "link", 100).status()));
  EXPECT_TRUE(absl::IsOutOfRange(ReadFile(directory->path() / "a", 4).status()));
  EXPECT_EQ(*ReadFile(directory->path() / "a", 5), "12345");
}

}  // namespace
}  // namespace racecourse::grader
