// An itinerary: where every thread of an execution went on from a scheduling point, in order. It says what happened
// rather than what was chosen, so that another executor, which makes no choices, can follow it step for step and notice
// the first step at which it cannot.
//
// Grammar:   ARRIVAL{ ARRIVAL}   ARRIVAL = THREAD.KIND[.OUTCOME][@NANOSECONDS]
// THREAD is the thread's number in order of creation, KIND an OperationKind, OUTCOME what Performed was told,
// where the operation took place right there and only the engine knows, NANOSECONDS the virtual time, where it differs
// from the arrival's before.
#ifndef RACECOURSE_CORE_ITINERARY_H_
#define RACECOURSE_CORE_ITINERARY_H_

#include <cstddef>
#include <cstdint>

#include "framework/core/operation.h"

namespace racecourse {

struct Arrival {
  static constexpr std::uint8_t kNoOutcome = 255;
  // A fault that a test asks for was chosen here: a call was interrupted, or moved fewer bytes than it could.
  static constexpr std::uint8_t kFault = 254;
  // Of an operation on a descriptor: it took place; or it would block and may not, or gave up waiting. Without an
  // outcome it went on to wait.
  static constexpr std::uint8_t kTookPlace = 0;
  static constexpr std::uint8_t kGaveUp = 1;
  // Of waiting for a child: the number of the first thread of the one that was found; 0 if none was; without an outcome
  // it went on to wait. From this number on the outcome does not tell which.
  static constexpr std::uint8_t kChildrenMax = kFault - 1;

  std::int64_t now = 0;  // virtual nanoseconds
  std::uint32_t thread = 0;
  OperationKind kind = OperationKind::kNone;
  std::uint8_t outcome = kNoOutcome;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

// True for an operation that may wait for a descriptor.
constexpr bool AwaitsDescriptor(OperationKind kind) {
  return kind == OperationKind::kRead || kind == OperationKind::kWrite || kind == OperationKind::kConnect ||
         kind == OperationKind::kAccept || kind == OperationKind::kPoll;
}

// True if only the engine knows how the operation went: who follows cannot find it out by performing it.
constexpr bool HasOutcome(OperationKind kind) {
  switch (kind) {
    case OperationKind::kConditionWait:
    case OperationKind::kConditionTimedWait:
    case OperationKind::kFutexWait:
    case OperationKind::kFutexTimedWait:
    case OperationKind::kFutexWake:
    case OperationKind::kOnce:
    case OperationKind::kThreadJoin:
    case OperationKind::kWaitForChild:
      return true;
    default:
      return AwaitsDescriptor(kind);
  }
}

inline constexpr std::size_t kArrivalTextMax = 48;

// Writes one entry. `before` is the arrival before it, nullptr for the first.
void FormatArrival(const Arrival& arrival, const Arrival* before, char (&text)[kArrivalTextMax]);

// Reads the entry at `*text` and moves on to the next, or to the end of the text. False if it is none.
bool ParseArrival(const char** text, const Arrival* before, Arrival* arrival);

}  // namespace racecourse

#endif  // RACECOURSE_CORE_ITINERARY_H_
