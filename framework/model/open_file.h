// What descriptors refer to: the kernel's open file descriptions, as far as the engine schedules them.
//
// The kernel says when an operation would block; what stands here is for order (happens-before), for names and for
// saying who could still write into a pipe.
#ifndef RACECOURSE_MODEL_OPEN_FILE_H_
#define RACECOURSE_MODEL_OPEN_FILE_H_

#include "framework/model/channel.h"
#include "framework/model/sync_object.h"

namespace racecourse {

inline constexpr std::uint32_t kNoChannel = ~std::uint32_t{0};

struct OpenFile {
  ObjectKind kind;
  bool is_listening;
  bool is_stream;
  std::uint32_t descriptors;     // how many refer to it, in all processes; 0: free
  std::uint32_t incoming;        // the channel that reads take from, kNoChannel if none
  std::uint32_t outgoing;        // the channel that writes go to
  std::uint64_t address;         // sockets: what it is bound to, as a number; 0 if nothing
  SyncObject* object;            // its name and its identity for the scheduler
  std::int64_t receive_timeout;  // nanoseconds; 0: none. SO_RCVTIMEO
  std::int64_t send_timeout;     // SO_SNDTIMEO
};

// A connection that was made and not accepted yet.
struct PendingConnection {
  std::uint64_t address;    // of the listening socket
  std::uint64_t from;       // of the one that connects; 0 if it has none
  std::uint32_t to_server;  // channels
  std::uint32_t to_client;
};

// One entry of a process's table of descriptors.
struct Descriptor {
  std::uint16_t open_file = 0;  // index + 1; 0: none that an execution opened
  bool closes_on_exec = false;
  ThreadSlot opened_by = kNoThread;
  Step opened_at = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_MODEL_OPEN_FILE_H_
