// expect: assertion check=only-three
// A pipeline whose stages close the ends that this pipeline has open. When another thread runs a pipeline too, its
// write ends come along, and its stages never see the end of their input.

#ifndef PIPELINE_H_
#define PIPELINE_H_

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <initializer_list>
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

// Starts a process that does `work` with `in` and `out` as 0 and 1, and closes what is `open`.
inline pid_t Start(int in, int out, std::initializer_list<int> open, const Stage& work) {
  const pid_t child = fork();
  if (child < 0) Fail("fork");
  if (child > 0) return child;
  dup2(in, 0);
  dup2(out, 1);
  for (const int fd : open) close(fd);
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

// Writes all of `text` to descriptor 1.
inline int Feed(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(1, text.data(), text.size());
    if (written < 0) return 1;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

inline std::string ReadAll(int fd) {
  std::string text;
  std::string buffer(1 << 16, '\0');
  for (;;) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count == 0) return text;
    if (count > 0) text.append(buffer, 0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) Fail("read");
  }
}

}  // namespace pipeline

inline PipelineResult run_pipeline(std::span<const Stage> stages, std::string_view input) {
  using namespace pipeline;
  Pipe last = MakePipe();
  const pid_t feeder = Start(0, last.write_end, {last.read_end, last.write_end}, [input] { return Feed(input); });
  std::vector<pid_t> children;
  for (const Stage& stage : stages) {
    close(last.write_end);
    const Pipe next = MakePipe();
    children.push_back(Start(last.read_end, next.write_end, {last.read_end, next.read_end, next.write_end}, stage));
    close(last.read_end);
    last = next;
  }
  close(last.write_end);
  PipelineResult result;
  result.out = ReadAll(last.read_end);
  close(last.read_end);
  Await(feeder);
  for (const pid_t child : children) result.status.push_back(Await(child));
  return result;
}

#endif  // PIPELINE_H_
