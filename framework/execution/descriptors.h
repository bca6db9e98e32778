// The descriptors that an execution opened, and what they refer to. Descriptors the process had before an execution are
// not in the table: they are the harness's, or a file's, and libc's functions work on them as ever.
//
// Threads: program code only, that is the one running thread.
#ifndef RACECOURSE_EXECUTION_DESCRIPTORS_H_
#define RACECOURSE_EXECUTION_DESCRIPTORS_H_

#include "framework/core/thread_set.h"
#include "framework/core/types.h"
#include "framework/model/open_file.h"
#include "framework/model/process.h"

struct pollfd;

namespace racecourse {

// All open files of an execution, whichever processes have descriptors for them.
struct OpenFiles {
  static constexpr std::uint32_t kMaxFiles = 2048;
  static constexpr std::uint32_t kMaxChannels = 4096;

  OpenFile files[kMaxFiles];
  Channel channels[kMaxChannels];
  std::uint16_t channel_users[kMaxChannels];  // open files that have it as an end
  std::uint32_t file_count = 0;               // slots ever used in this execution
  std::uint32_t channel_count = 0;
  std::uint32_t object_count = 0;
  SyncObject* table = nullptr;  // stands for the tables of descriptors
  static constexpr std::uint32_t kMaxPending = 256;
  PendingConnection pending[kMaxPending];  // oldest first: the kernel accepts in the order of connecting
  std::uint32_t pending_count = 0;
  std::uint32_t network = kNoChannel;  // all datagrams, and connections of which one end is not known

  void BeginExecution() {
    file_count = channel_count = object_count = pending_count = 0;
    network = kNoChannel;
    table = nullptr;
  }
};

// What a thread waits for: one of these to be ready.
struct DescriptorWait {
  pollfd* entries = nullptr;  // on its own stack
  unsigned count = 0;
  std::uint32_t asked_at = 0;  // Execution::descriptor_changes when it last was not ready
  // For others to read: the first of them.
  static constexpr unsigned kShown = 8;
  int descriptors[kShown] = {};
  const OpenFile* file = nullptr;  // if there is one only, and it is known
  bool writes = false;
};

// The open file of `fd`, null if no execution opened it.
OpenFile* FindOpenFile(int fd);

// A name and an identity for something that has no address.
SyncObject& NewNumberedObject(ObjectKind kind);
// The object that stands for the table of descriptors: who opens and closes races with all who open.
SyncObject& DescriptorTableObject();

OpenFile& NewOpenFile(ObjectKind kind, SyncObject& object);
std::uint32_t NewChannel(bool is_counted);
// The file's ends. Either may be kNoChannel.
void SetChannels(OpenFile& file, std::uint32_t incoming, std::uint32_t outgoing);
inline bool HasChannel(std::uint32_t channel) { return channel != kNoChannel; }
Channel& ChannelAt(std::uint32_t channel);
// The channel for what cannot be told apart: whoever receives learns of everything sent before.
std::uint32_t NetworkChannel();
// A connection to the socket listening at `address` was made; and the next one for it was accepted: false if none of
// the execution's own making is known.
void AddPendingConnection(const PendingConnection& connection);
bool TakePendingConnection(std::uint64_t address, std::uint64_t from, PendingConnection* connection);

// `fd` now refers to `file`.
void EnterDescriptor(int fd, OpenFile& file, bool closes_on_exec);
// `fd` is being closed: with the last descriptor its file goes, and whoever reads the end learns what all knew who
// closed one.
void RemoveDescriptor(int fd);
// The same in the table of another process, or of one that ends: then `known` is what its threads knew.
void RemoveDescriptorOf(Process& process, int fd, const SyncClock* known = nullptr);

// The current thread put `bytes` into what `file` leads to, or took them out of it by `fd`. 0 bytes taken: it learned of
// the end. Where there are other bytes than those that were noted, code that is not watched has written or read, as libc
// does when it writes what its streams hold at the end of a process: then who reads learns of all that anybody knows who
// could have written.
void NoteSent(OpenFile& file, std::uint64_t bytes);
void NoteReceived(int fd, OpenFile& file, std::uint64_t bytes);
// The current thread learned that there is something to take.
void NoteSeen(int fd, OpenFile& file);
// The bytes in the pipe, or in the socket, that `fd` could read, or that were written to the pipe by it; 0 if that
// cannot be told.
std::uint64_t BytesIn(int fd);

// Between executions: closes what the execution opened. What it closed, inherited_files.h brings back.
void RestoreDescriptors();

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_DESCRIPTORS_H_
