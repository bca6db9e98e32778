// Walls around a piece of work: what you submit. Read README.md first.
//
// This version compiles, and it is right as long as the work behaves. It runs the work where the caller is. Your task
// is to give it a process of its own.

#ifndef ISOLATE_H_
#define ISOLATE_H_

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>

// What became of the work.
struct Outcome {
  enum Kind { value, threw, crashed, timed_out, over_limit };
  Kind kind;
  std::string data;  // what it returned, or what the exception says
  int signal = 0;    // that ended it, if it crashed
};

// Runs `work` where it can do no harm, for at most `limit` (zero: as long as it likes), and lets it return at most
// `max_bytes`.
inline Outcome isolate(const std::function<std::string()>& work, std::chrono::milliseconds limit,
                       std::size_t max_bytes) {
  (void)limit;
  try {
    std::string result = work();
    if (result.size() > max_bytes) return {Outcome::over_limit, ""};
    return {Outcome::value, result};
  } catch (const std::exception& error) {
    return {Outcome::threw, error.what()};
  } catch (...) {
    return {Outcome::threw, ""};
  }
}

#endif  // ISOLATE_H_
