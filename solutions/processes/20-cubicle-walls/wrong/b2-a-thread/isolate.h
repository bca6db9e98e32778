// expect: assertion check=memory
// Walls that are none: a thread works in the caller's memory, and takes him along when it crashes.

#ifndef ISOLATE_H_
#define ISOLATE_H_

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <thread>

struct Outcome {
  enum Kind { value, threw, crashed, timed_out, over_limit };
  Kind kind;
  std::string data;
  int signal = 0;
};

inline Outcome isolate(const std::function<std::string()>& work, std::chrono::milliseconds limit,
                       std::size_t max_bytes) {
  (void)limit;
  Outcome outcome{Outcome::value, ""};
  std::thread worker([&] {
    try {
      outcome.data = work();
      if (outcome.data.size() > max_bytes) outcome = {Outcome::over_limit, ""};
    } catch (const std::exception& error) {
      outcome = {Outcome::threw, error.what()};
    } catch (...) {
      outcome = {Outcome::threw, ""};
    }
  });
  worker.join();
  return outcome;
}

#endif  // ISOLATE_H_
