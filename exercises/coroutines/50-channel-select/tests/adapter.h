// What the tests know about a submission: this interface, never the student's header itself.

#ifndef CHANNEL_ADAPTER_H_
#define CHANNEL_ADAPTER_H_

#include <cstddef>
#include <memory>
#include <vector>

namespace exercise {

// What one operation does. A step of one operation is done by itself, one of two by select.
struct Op {
  enum class Kind { kSend, kRecv, kClose };
  Kind kind;
  int channel;
  int value = 0;  // to send
};
using Step = std::vector<Op>;

inline Op Send(int channel, int value) { return {Op::Kind::kSend, channel, value}; }
inline Op Recv(int channel) { return {Op::Kind::kRecv, channel}; }
inline Op Close(int channel) { return {Op::Kind::kClose, channel}; }

// What came of a step.
struct Outcome {
  std::size_t arm = 0;  // which operation was done
  bool ok = false;      // sent, or something received
  int value = 0;        // received
  // The order in which all steps of all tasks began and were done.
  int begun = 0;
  int done = 0;
};

// Some channels, and coroutines that use them on several machines.
class Workshop {
 public:
  virtual ~Workshop() = default;
  // Returns its number: 0, 1, …
  virtual int channel(std::size_t capacity) = 0;
  virtual int task(std::vector<Step> steps) = 0;
  // Runs the tasks until none of them can go on; returns how many are not over.
  virtual int run(int machines) = 0;
  // Of the steps that the task has done.
  virtual const std::vector<Outcome>& outcomes(int task) const = 0;
};

std::unique_ptr<Workshop> MakeWorkshop();

// How many of the objects that go through channels exist.
int ItemsAlive();

}  // namespace exercise

#endif  // CHANNEL_ADAPTER_H_
