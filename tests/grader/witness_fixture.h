// For tests of a sanitizer's variant: a program of it beside the same program for the engine, in a folder of their own.
#ifndef RACECOURSE_TESTS_GRADER_WITNESS_FIXTURE_H_
#define RACECOURSE_TESTS_GRADER_WITNESS_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "grader/executor/program_run.h"
#include "grader/system/file.h"
#include "grader/system/subprocess.h"
#include "grader/system/temporary_directory.h"
#include "nlohmann/json.hpp"

namespace racecourse::grader {

class WitnessFixture : public ::testing::Test {
 protected:
  explicit WitnessFixture(std::string variant)
      : variant_(std::move(variant)), directory_(*TemporaryDirectory::Create("witness-test")) {}

  ProcessResult Run(std::vector<std::string> arguments) {
    Command command;
    command.arguments = {GRADER_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.directory = directory_.path();
    command.environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent"};
    auto result = RunProcess(command);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : ProcessResult();
  }

  // Builds ./program and ./witness.
  void Build(const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(directory_.path() / "program.cc", text).ok());
    const ProcessResult program = Run({"c++", "-std=c++20", "program.cc", "-o", "program"});
    ASSERT_EQ(program.exit_code, 0) << program.errors;
    const ProcessResult witness = Run({"c++", "-std=c++20", "--variant", variant_, "program.cc", "-o", "witness"});
    ASSERT_EQ(witness.exit_code, 0) << witness.errors;
  }

  nlohmann::json Explore(std::vector<std::string> options = {}) {
    std::vector<std::string> arguments = {"explore", "--json", "--schedules", "300", "--witness", "witness"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--", "./program"});
    return nlohmann::json::parse(Run(std::move(arguments)).output, nullptr, false);
  }

  Trace RunProgramOf(const std::string& program, RunOrders orders) {
    RunRequest request;
    request.program = directory_.path() / program;
    request.directory = directory_.path();
    request.orders = std::move(orders);
    auto run = RunProgram(request);
    EXPECT_TRUE(run.ok() && run->trace_status.ok());
    return run.ok() ? std::move(run->trace) : Trace();
  }

  const std::string variant_;
  TemporaryDirectory directory_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_TESTS_GRADER_WITNESS_FIXTURE_H_
