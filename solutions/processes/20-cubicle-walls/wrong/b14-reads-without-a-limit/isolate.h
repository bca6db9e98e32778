// expect: assertion check=size
// Walls that let through whatever comes.

#ifndef ISOLATE_H_
#define ISOLATE_H_

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

struct Outcome {
  enum Kind { value, threw, crashed, timed_out, over_limit };
  Kind kind;
  std::string data;
  int signal = 0;
};

namespace walls {

[[noreturn]] inline void Fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

constexpr char kReturned = 'r';
constexpr char kThrew = 't';

inline void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// What the child does. Nothing may leave it: behind it is a copy of the caller that nobody wants.
[[noreturn]] inline void Work(const std::function<std::string()>& work, int out) noexcept {
  // Nothing of the caller's but 0, 1 and 2.
  if (out > 3) close_range(3, static_cast<unsigned>(out) - 1, 0);
  close_range(static_cast<unsigned>(out) + 1, ~0u, 0);
  std::string message(1, kReturned);
  try {
    message += work();
  } catch (const std::exception& error) {
    message = kThrew;
    message += error.what();
  } catch (...) {
    message = kThrew;
  }
  WriteAll(out, message);
  _exit(0);
}

// The milliseconds that are left for poll. Rounded up, so that it does not come back before the time is up.
inline int Left(std::optional<std::chrono::steady_clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace walls

inline Outcome isolate(const std::function<std::string()>& work, std::chrono::milliseconds limit,
                       std::size_t /*max_bytes*/) {
  using namespace walls;
  std::optional<std::chrono::steady_clock::time_point> deadline;
  if (limit.count() > 0) deadline = std::chrono::steady_clock::now() + limit;
  int ends[2];
  if (pipe(ends) != 0) Fail("pipe");
  const pid_t child = fork();
  if (child < 0) Fail("fork");
  if (child == 0) Work(work, ends[1]);
  close(ends[1]);
  Outcome outcome{Outcome::value, ""};
  std::string message;
  std::string buffer(1 << 16, '\0');
  for (;;) {
    pollfd end = {ends[0], POLLIN, 0};
    const int ready = poll(&end, 1, Left(deadline));
    if (ready < 0) continue;  // a signal
    if (ready == 0) {
      outcome.kind = Outcome::timed_out;
      break;
    }
    const ssize_t count = read(ends[0], buffer.data(), buffer.size());
    if (count == 0) break;
    if (count > 0) message.append(buffer, 0, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  // Nobody else waits for it, so it is still there, dead or alive, and its number is its own.
  if (outcome.kind != Outcome::value) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (outcome.kind != Outcome::value) return outcome;
  if (WIFSIGNALED(status)) return {Outcome::crashed, "", WTERMSIG(status)};
  if (message.empty()) return {Outcome::crashed, ""};
  return {message[0] == kReturned ? Outcome::value : Outcome::threw, message.substr(1)};
}

#endif  // ISOLATE_H_
