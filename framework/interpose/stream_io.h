// Streams of stdio (FILE) on descriptors that an execution opened. libc reads and writes by itself; around its
// functions the engine schedules that and says who learns what. Streams on files, terminals and whatever else the
// process had before are libc's alone. Source: POSIX.1-2017, 2.5 and 2.5.1.
#ifndef RACECOURSE_INTERPOSE_STREAM_IO_H_
#define RACECOURSE_INTERPOSE_STREAM_IO_H_

#include <stdio.h>

#include "framework/model/open_file.h"

namespace racecourse {

// While a function writes to the stream: a scheduling point before it, and what came out of the buffer is known after.
class StreamOutput {
 public:
  explicit StreamOutput(FILE* stream);
  ~StreamOutput();
  StreamOutput(const StreamOutput&) = delete;
  StreamOutput& operator=(const StreamOutput&) = delete;

 private:
  OpenFile* file_ = nullptr;  // null: not scheduled
  int fd_ = -1;
  std::uint64_t before_ = 0;  // bytes in the pipe
};

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_STREAM_IO_H_
