// A pipeline: what you submit. Read README.md first.
//
// This version compiles, and it is right as long as little is said: one stage after the other gets all that it is to
// read, ends, and only then is its output read. Your task is to let the stages run at the same time.

#ifndef PIPELINE_H_
#define PIPELINE_H_

#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How a process ended: by itself, with an exit status, or by a signal.
struct Exit {
  enum Kind : std::uint8_t { exited, signaled };
  Kind kind;
  int code;
};

// What a stage does: it reads descriptor 0, writes descriptor 1, and returns the exit status of its process.
using Stage = std::function<int()>;

struct PipelineResult {
  std::vector<Exit> status;  // of each stage, in their order
  std::string out;           // what the last stage wrote
};

// Runs the stages, each in a process of its own. Each reads what the one before wrote, the first one `input`.
inline PipelineResult run_pipeline(std::span<const Stage> stages, std::string_view input) {
  PipelineResult result;
  result.out = input;
  for (const Stage& stage : stages) {
    int in[2];
    int out[2];
    pipe(in);
    pipe(out);
    write(in[1], result.out.data(), result.out.size());
    close(in[1]);
    const pid_t child = fork();
    if (child == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      _exit(stage());
    }
    close(in[0]);
    close(out[1]);
    int status = 0;
    waitpid(child, &status, 0);
    result.status.push_back({Exit::exited, WEXITSTATUS(status)});
    result.out.clear();
    char buffer[4096];
    for (ssize_t count; (count = read(out[0], buffer, sizeof buffer)) > 0;) {
      result.out.append(buffer, static_cast<std::size_t>(count));
    }
    close(out[0]);
  }
  return result;
}

#endif  // PIPELINE_H_
