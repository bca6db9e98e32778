// What the tests know about a submission: this interface, never the student's header itself.

#ifndef LOOP_ADAPTER_H_
#define LOOP_ADAPTER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace exercise {

struct Action;
// What a task does, one action after the other. Its name is noted when it begins, and each time an action that waits is
// over: that is what `turns` tells.
using Script = std::vector<Action>;

struct Action {
  enum class Kind { kYield, kSleep, kJoin, kSpawn, kThrow };
  Kind kind;
  std::uint64_t number = 0;  // how many yields;  how many ticks
  std::string name;          // whom to join or spawn;  what to throw
  Script script;             // of the task to spawn
};

inline Action Yield(std::uint64_t times = 1) { return {Action::Kind::kYield, times, "", {}}; }
inline Action Sleep(std::uint64_t ticks) { return {Action::Kind::kSleep, ticks, "", {}}; }
// If the other task ended by an exception, '!' is noted.
inline Action Join(std::string name) { return {Action::Kind::kJoin, 0, std::move(name), {}}; }
inline Action Spawn(std::string name, Script script) {
  return {Action::Kind::kSpawn, 0, std::move(name), std::move(script)};
}
inline Action Throw(std::string text) { return {Action::Kind::kThrow, 0, std::move(text), {}}; }

class LoopUnderTest {
 public:
  virtual ~LoopUnderTest() = default;
  virtual void spawn(const std::string& name, Script script) = 0;
  // Runs the loop. "": it returned;  "stuck": it threw Stuck;  otherwise the text of the exception that came out.
  virtual std::string run() = 0;
  virtual std::uint64_t now() const = 0;

  // The names of the tasks in the order of their turns.
  virtual const std::string& turns() const = 0;
  // True if the task has done all its actions, or has thrown.
  virtual bool is_over(const std::string& name) const = 0;
};

// `alive` counts the local variables and parameters of tasks that exist.
std::unique_ptr<LoopUnderTest> MakeLoop(int* alive);

}  // namespace exercise

#endif  // LOOP_ADAPTER_H_
