// A pipeline whose caller writes and reads in one loop, whatever is possible.

#ifndef PIPELINE_H_
#define PIPELINE_H_

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

struct Exit {
  enum Kind : std::uint8_t { exited, signaled };
  Kind kind;
  int code;
};

using Stage = std::function<int()>;

struct PipelineResult {
  std::vector<Exit> status;
  std::string out;
};

namespace pipeline {

[[noreturn]] inline void Fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

struct Pipe {
  int read_end;
  int write_end;
};

// If the caller has closed 0, 1 or 2, a pipe may get that number, and a child's dup2 would overwrite it.
inline int MoveAbove2(int fd) {
  if (fd > 2) return fd;
  const int moved = fcntl(fd, F_DUPFD, 3);
  close(fd);
  return moved;
}

inline Pipe MakePipe() {
  int ends[2];
  if (pipe(ends) != 0) Fail("pipe");
  // Both have to be there before one is moved: the next free number may be the other's.
  return {MoveAbove2(ends[0]), MoveAbove2(ends[1])};
}

// Starts a process that does `work` with `in` and `out` as 0 and 1, and nothing open above 2.
inline pid_t Start(int in, int out, const Stage& work) {
  const pid_t child = fork();
  if (child < 0) Fail("fork");
  if (child > 0) return child;
  dup2(in, 0);
  dup2(out, 1);
  // Not only this pipeline's own: another thread of the caller may have pipes as well.
  close_range(3, ~0u, 0);
  _exit(work());
}

inline Exit Await(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) Fail("waitpid");
  }
  if (WIFSIGNALED(status)) return {Exit::signaled, WTERMSIG(status)};
  return {Exit::exited, WEXITSTATUS(status)};
}

// A socket looks like a pipe to the first stage, and writing to it can do without SIGPIPE.
inline Pipe MakeSource() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) Fail("socketpair");
  return {MoveAbove2(ends[0]), MoveAbove2(ends[1])};
}

// Writes `input` to `sink` and reads all that comes from `from`. Closes both.
inline std::string Exchange(int sink, std::string_view input, int from) {
  std::string text;
  std::string buffer(1 << 16, '\0');
  pollfd ends[2] = {{from, POLLIN, 0}, {sink, POLLOUT, 0}};
  for (;;) {
    if (input.empty() && ends[1].fd >= 0) {
      close(sink);
      ends[1].fd = -1;  // poll passes over it
    }
    if (poll(ends, 2, -1) < 0) {
      if (errno != EINTR) Fail("poll");
      continue;
    }
    if (ends[1].fd >= 0 && ends[1].revents != 0) {
      const ssize_t written = send(sink, input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 && errno == EPIPE) input = {};
    }
    if (ends[0].revents == 0) continue;
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count == 0) break;
    if (count > 0) text.append(buffer, 0, static_cast<std::size_t>(count));
  }
  close(from);
  if (ends[1].fd >= 0) close(sink);
  return text;
}

}  // namespace pipeline

inline PipelineResult run_pipeline(std::span<const Stage> stages, std::string_view input) {
  using namespace pipeline;
  const Pipe source = MakeSource();
  std::vector<pid_t> children;
  int in = source.read_end;
  for (const Stage& stage : stages) {
    const Pipe next = MakePipe();
    children.push_back(Start(in, next.write_end, stage));
    close(in);
    close(next.write_end);
    in = next.read_end;
  }
  PipelineResult result;
  result.out = Exchange(source.write_end, input, in);
  for (const pid_t child : children) result.status.push_back(Await(child));
  return result;
}

#endif  // PIPELINE_H_
