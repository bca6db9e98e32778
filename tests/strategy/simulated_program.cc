#include "tests/strategy/simulated_program.h"

#include <algorithm>
#include <functional>

namespace racecourse::strategy_tests {
namespace {

// How far a run of a program has come.
class Progress {
 public:
  explicit Progress(const SimulatedProgram& program) : program_(program), next_(program.threads.size(), 0) {}

  bool Exists(ThreadSlot slot) const {
    const std::string& creator = program_.threads[slot].created_by;
    return creator.empty() || IsPerformed(creator);
  }
  // REQUIRES: the thread has not ended.
  const SimulatedOperation& Pending(ThreadSlot slot) const { return program_.threads[slot].operations[next_[slot]]; }
  bool HasEnded(ThreadSlot slot) const { return next_[slot] == program_.threads[slot].operations.size(); }
  bool IsEnabled(ThreadSlot slot) const {
    if (!Exists(slot) || HasEnded(slot)) return false;
    return Pending(slot).polls || HasWhatItWaitsFor(Pending(slot));
  }
  ThreadSet Enabled() const {
    ThreadSet enabled;
    for (ThreadSlot slot = 0; slot < next_.size(); ++slot) {
      if (IsEnabled(slot)) enabled.Add(slot);
    }
    return enabled;
  }
  void Perform(ThreadSlot slot) {
    const SimulatedOperation& operation = Pending(slot);
    if (operation.polls && !HasWhatItWaitsFor(operation)) return;
    ++next_[slot];
  }
  bool AllEnded() const {
    for (ThreadSlot slot = 0; slot < next_.size(); ++slot) {
      if (!HasEnded(slot)) return false;
    }
    return true;
  }

 private:
  bool HasWhatItWaitsFor(const SimulatedOperation& operation) const {
    return std::all_of(operation.waits_for.begin(), operation.waits_for.end(),
                       [this](const std::string& name) { return IsPerformed(name); });
  }
  bool IsPerformed(const std::string& name) const {
    for (std::size_t slot = 0; slot < next_.size(); ++slot) {
      const auto& operations = program_.threads[slot].operations;
      for (std::size_t i = 0; i < next_[slot]; ++i) {
        if (operations[i].name == name) return true;
      }
    }
    return false;
  }

  const SimulatedProgram& program_;
  std::vector<std::size_t> next_;
};

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

}  // namespace

SimulatedProgram SimulatedProgram::Uniform(unsigned threads, unsigned operations) {
  SimulatedProgram program;
  for (unsigned i = 0; i < threads; ++i) {
    SimulatedThread& thread = program.threads.emplace_back();
    for (unsigned j = 0; j < operations; ++j) {
      thread.operations.push_back({.name = std::string(1, static_cast<char>('a' + i)) + std::to_string(j)});
    }
  }
  return program;
}

bool SimulatedExecution::Has(const std::vector<std::string>& names) const {
  auto at = order.begin();
  for (const std::string& name : names) {
    at = std::find(at, order.end(), name);
    if (at == order.end()) return false;
  }
  return true;
}

std::string SimulatedExecution::ToString() const { return Join(order); }

SimulatedExecution Execute(const SimulatedProgram& program, Strategy* strategy, std::uint64_t seed,
                           unsigned steps_max) {
  SimulatedExecution execution;
  Progress progress(program);
  const auto threads = static_cast<ThreadSlot>(program.threads.size());
  ThreadSet known;
  const auto start_new_threads = [&] {
    for (ThreadSlot slot = 0; slot < threads; ++slot) {
      if (!progress.Exists(slot) || known.Contains(slot)) continue;
      known.Add(slot);
      strategy->ThreadStarted(slot);
    }
  };
  strategy->BeginExecution(seed);
  start_new_threads();
  std::vector<PendingOperation> pending(threads);
  execution.order.reserve(32);
  execution.picks.reserve(32);
  ThreadSlot last = kNoThread;
  for (unsigned step = 0; step < steps_max; ++step) {
    ChoiceOfThread choice;
    choice.enabled = progress.Enabled();
    if (choice.enabled.Empty()) break;
    ThreadSlot next = choice.enabled.First();
    if (!choice.enabled.IsSingleton()) {
      choice.enabled.ForEach([&](ThreadSlot slot) {
        const SimulatedOperation& operation = progress.Pending(slot);
        pending[slot] = {operation.kind, operation.object};
      });
      choice.pending = pending.data();
      choice.current = last != kNoThread && choice.enabled.Contains(last) ? last : kNoThread;
      choice.default_thread = choice.current != kNoThread ? choice.current : choice.enabled.First();
      next = strategy->PickThread(choice);
      execution.picks.push_back(next);
      if (next >= kMaxThreads || !choice.enabled.Contains(next)) {
        execution.all_picks_were_legal = false;
        return execution;
      }
    }
    execution.order.push_back(progress.Pending(next).name);
    progress.Perform(next);
    start_new_threads();
    last = next;
  }
  strategy->EndExecution(static_cast<std::uint32_t>(execution.picks.size()));
  execution.ended = progress.AllEnded();
  return execution;
}

std::set<std::string> AllOrders(const SimulatedProgram& program) {
  std::set<std::string> orders;
  std::vector<std::string> order;
  const std::function<void(const Progress&)> extend = [&](const Progress& progress) {
    const ThreadSet enabled = progress.Enabled();
    if (enabled.Empty()) {
      orders.insert(Join(order));
      return;
    }
    enabled.ForEach([&](ThreadSlot slot) {
      Progress after = progress;
      order.push_back(progress.Pending(slot).name);
      after.Perform(slot);
      extend(after);
      order.pop_back();
    });
  };
  extend(Progress(program));
  return orders;
}

}  // namespace racecourse::strategy_tests
