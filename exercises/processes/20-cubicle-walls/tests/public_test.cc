// The tests you can read. Each body runs once per schedule: the framework decides again and again, and differently
// each time, which process moves next. What a body expects is true in every schedule of a right program.
//
// That no process is left over is looked after by the framework, in every test.

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

int global = 1;

SCHEDULE_TEST(Value, ComesBack) {
  const Result result = Isolate([] { return std::string("forty-two"); });
  EXPECT_EQ(result.kind, "value");
  EXPECT_EQ(result.data, "forty-two");
}

SCHEDULE_TEST(Value, MayBeEmpty) {
  const Result result = Isolate([] { return std::string(); });
  EXPECT_EQ(result.kind, "value");
  EXPECT_EQ(result.data, "");
}

SCHEDULE_TEST(Value, MayHoldAnyBytes) {
  const std::string bytes("\0\n\xff\0", 4);
  const Result result = Isolate([&] { return bytes; });
  EXPECT_EQ(result.kind, "value");
  EXPECT_EQ(result.data, bytes);
}

SCHEDULE_TEST(Memory, IsTheWorksOwn) {
  int local = 1;
  const Result result = Isolate([&] {
    const std::string seen = std::to_string(global) + std::to_string(local);
    global = local = 2;
    return seen;
  });
  EXPECT_EQ(result.data, "11") << "the work sees what the caller has";
  EXPECT_EQ(global, 1) << "the work has changed a variable of the caller";
  EXPECT_EQ(local, 1) << "the work has changed a variable of the caller";
}

SCHEDULE_TEST(Threw, WhatTheExceptionSaysComesBack) {
  int returns = 0;
  Result result;
  try {
    result = Isolate([]() -> std::string { throw std::runtime_error("no more paper"); });
    ++returns;
  } catch (...) {
    result.kind = "an exception came through the wall";
  }
  EXPECT_EQ(result.kind, "threw");
  EXPECT_EQ(result.data, "no more paper");
  EXPECT_EQ(returns, 1);
}

SCHEDULE_TEST(Threw, MayBeAnything) {
  Result result;
  try {
    result = Isolate([]() -> std::string { throw 7; });
  } catch (...) {
    result.kind = "an exception came through the wall";
  }
  EXPECT_EQ(result.kind, "threw");
  EXPECT_EQ(result.data, "");
}

SCHEDULE_TEST(Crash, StaysInside) {
  const Result result = Isolate([] {
    volatile int* nowhere = nullptr;
    *nowhere = 1;
    return std::string("unreached");
  });
  EXPECT_EQ(result.kind, "crashed " + std::to_string(SIGSEGV));
  EXPECT_EQ(result.data, "");
}

SCHEDULE_TEST(Crash, MayBeAnAbort) {
  const Result result = Isolate([]() -> std::string { abort(); });
  EXPECT_EQ(result.kind, "crashed " + std::to_string(SIGABRT));
}

}  // namespace
}  // namespace exercise
