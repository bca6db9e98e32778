// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "loop.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

// Counts as alive.
class Guest {
 public:
  explicit Guest(int* alive) : alive_(alive) { ++*alive_; }
  Guest(const Guest& other) : alive_(other.alive_) { ++*alive_; }
  Guest& operator=(const Guest&) = delete;
  ~Guest() { --*alive_; }

 private:
  int* alive_;
};

class StudentLoop final : public LoopUnderTest {
 public:
  explicit StudentLoop(int* alive) : alive_(alive) {}

  void spawn(const std::string& name, Script script) override {
    ids_[name] = loop_.spawn(Play(*this, name, std::move(script), Guest(alive_)));
  }
  std::string run() override {
    try {
      loop_.run();
    } catch (const Stuck&) {
      return "stuck";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  std::uint64_t now() const override { return loop_.now(); }
  const std::string& turns() const override { return turns_; }
  bool is_over(const std::string& name) const override { return over_.contains(name); }

 private:
  static Task Play(StudentLoop& self, std::string name, Script script, [[maybe_unused]] Guest parameter) {
    const Guest local(self.alive_);
    self.turns_ += name;
    for (Action& action : script) {
      switch (action.kind) {
        case Action::Kind::kYield:
          for (std::uint64_t i = 0; i < action.number; ++i) {
            co_await self.loop_.yield();
            self.turns_ += name;
          }
          break;
        case Action::Kind::kSleep:
          co_await self.loop_.sleep(action.number);
          self.turns_ += name;
          break;
        case Action::Kind::kJoin:
          try {
            co_await self.loop_.join(self.ids_.at(action.name));
          } catch (const std::runtime_error&) {
            self.turns_ += '!';
          }
          self.turns_ += name;
          break;
        case Action::Kind::kSpawn:
          self.spawn(action.name, std::move(action.script));
          break;
        case Action::Kind::kThrow:
          self.over_.insert(name);
          throw std::runtime_error(action.name);
      }
    }
    self.over_.insert(name);
  }

  int* const alive_;
  std::string turns_;
  std::map<std::string, Loop::Id> ids_;
  std::set<std::string> over_;
  Loop loop_;
};

}  // namespace

std::unique_ptr<LoopUnderTest> MakeLoop(int* alive) { return std::make_unique<StudentLoop>(alive); }

}  // namespace exercise
