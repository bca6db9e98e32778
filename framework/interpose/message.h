// Messages on their way through a queue, of System V or of POSIX.
#ifndef RACECOURSE_INTERPOSE_MESSAGE_H_
#define RACECOURSE_INTERPOSE_MESSAGE_H_

#include "framework/execution/kernel_objects.h"

namespace racecourse {

// Adds a message at the end, or behind those of its priority; there is room. What its sender did before it happens
// before what its receiver does after. `has_waited`: for that room.
void PutMessage(MessageQueue& queue, std::int64_t type, const void* data, std::size_t size, bool has_waited,
                bool by_priority);
// Takes the message out that *place points to; its contents are copied already.
void TakeMessage(MessageQueue& queue, Message** place);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_MESSAGE_H_
