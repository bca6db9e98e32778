#include "tests/oracle/enumerator.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace racecourse::oracle {
namespace {

// Where an execution of a program stands: what each thread did, and what that makes possible next.
class Execution {
 public:
  explicit Execution(const Program& program) : program_(program), next_(program.size(), 0) {
    for (const auto& thread : program) {
      for (const Instruction& instruction : thread) {
        if (instruction.operation == Operation::kCreate) uncreated_.insert(static_cast<int>(instruction.object));
      }
    }
  }

  bool IsEnabled(int thread) const {
    if (IsFinished(thread) || uncreated_.contains(thread)) return false;
    const Instruction& instruction = program_[thread][next_[thread]];
    if (instruction.operation == Operation::kLock) return !locked_.contains(instruction.object);
    if (instruction.operation == Operation::kJoin) {
      const int other = static_cast<int>(instruction.object);
      return IsFinished(other) && !uncreated_.contains(other);
    }
    return true;
  }

  // REQUIRES: IsEnabled(thread).
  Event Perform(int thread) {
    const Instruction& instruction = program_[thread][next_[thread]++];
    if (instruction.operation == Operation::kLock) locked_.insert(instruction.object);
    if (instruction.operation == Operation::kUnlock) locked_.erase(instruction.object);
    if (instruction.operation == Operation::kCreate) uncreated_.erase(static_cast<int>(instruction.object));
    return {thread, instruction};
  }

  // Takes back the latest Perform, which was `thread`'s.
  void TakeBack(int thread) {
    const Instruction& instruction = program_[thread][--next_[thread]];
    if (instruction.operation == Operation::kLock) locked_.erase(instruction.object);
    if (instruction.operation == Operation::kUnlock) locked_.insert(instruction.object);
    if (instruction.operation == Operation::kCreate) uncreated_.insert(static_cast<int>(instruction.object));
  }

  int threads() const { return static_cast<int>(program_.size()); }

 private:
  bool IsFinished(int thread) const { return next_[thread] == program_[thread].size(); }

  const Program& program_;
  std::vector<std::size_t> next_;
  std::set<std::uint64_t> locked_;
  std::set<int> uncreated_;  // threads whose creation is still to come
};

void Explore(Execution& execution, Trace& trace, const std::function<void(std::span<const Event>)>& visit) {
  bool is_maximal = true;
  for (int thread = 0; thread < execution.threads(); ++thread) {
    if (!execution.IsEnabled(thread)) continue;
    is_maximal = false;
    trace.push_back(execution.Perform(thread));
    Explore(execution, trace, visit);
    trace.pop_back();
    execution.TakeBack(thread);
  }
  if (is_maximal) visit(trace);
}

std::vector<Space> MakeSmallSpaces() {
  constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
  constexpr std::memory_order kAcquire = std::memory_order_acquire;
  constexpr std::memory_order kRelease = std::memory_order_release;
  constexpr std::memory_order kAcqRel = std::memory_order_acq_rel;
  constexpr std::memory_order kSeqCst = std::memory_order_seq_cst;
  constexpr std::uint64_t kX = 0;   // plain data
  constexpr std::uint64_t kA = 16;  // an atomic, in a granule of its own

  // Every aligned access of 1, 2, 4 or 8 bytes in one granule of 8, and two that lie across its end.
  std::vector<Instruction> granule;
  for (int size : {1, 2, 4, 8}) {
    for (std::uint64_t address = 0; address < 8; address += size) {
      granule.push_back(Read(address, size));
      granule.push_back(Write(address, size));
    }
  }
  for (const Instruction& across : {Read(4, 8), Write(4, 8), Read(6, 4), Write(6, 4)}) granule.push_back(across);

  // A few extents of each kind, so that more operations fit.
  const std::vector<Instruction> extents = {Read(0, 8),  Write(0, 8), Read(0, 4),  Write(0, 4), Read(4, 4),
                                            Write(4, 4), Read(3, 1),  Write(3, 1), Read(2, 2),  Write(6, 2)};
  // Unaligned ones, as in packed structures.
  const std::vector<Instruction> unaligned = {Read(1, 4),  Write(1, 4), Read(3, 2),  Write(3, 2), Read(5, 8),
                                              Write(5, 8), Read(7, 1),  Write(8, 1), Write(0, 1)};

  const std::vector<Instruction> atomics = {
      Read(kX),          Write(kX),           Load(kA, kRelaxed),  Load(kA, kAcquire),
      Load(kA, kSeqCst), Store(kA, kRelaxed), Store(kA, kRelease), Store(kA, kSeqCst),
      Rmw(kA, kRelaxed), Rmw(kA, kAcquire),   Rmw(kA, kRelease),   Rmw(kA, kAcqRel)};
  const std::vector<Instruction> release_sequences = {
      Read(kX),          Write(kX),       Load(kA, kAcquire), Store(kA, kRelaxed), Store(kA, kRelease),
      Rmw(kA, kRelaxed), Rmw(kA, kAcqRel)};
  const std::vector<Instruction> fences = {Write(kX),         Load(kA, kRelaxed), Store(kA, kRelaxed),
                                           Rmw(kA, kRelaxed), Fence(kAcquire),    Fence(kRelease)};
  const std::vector<Instruction> fences_and_orders = {Write(kX),          Load(kA, kAcquire),  Store(kA, kRelease),
                                                      Load(kA, kRelaxed), Store(kA, kRelaxed), Fence(kAcquire),
                                                      Fence(kRelease),    Fence(kAcqRel),      Fence(kSeqCst)};
  // One location that is accessed as an atomic here and plainly there, whole and in part.
  const std::vector<Instruction> mixed = {Read(kA),           Write(kA),
                                          Read(kA + 3, 1),    Write(kA + 2, 4),
                                          Load(kA, kAcquire), Store(kA, kRelease),
                                          Rmw(kA, kRelaxed),  Load(kA, kRelaxed),
                                          Write(kA - 4, 8),   Store(kA + 4, kRelaxed)};
  const std::vector<Instruction> mutexes = {Read(kX), Write(kX), Lock(1), Unlock(1), Lock(2), Unlock(2)};
  const std::vector<Instruction> everything = {Write(kX, 8),        Read(kX + 4),      Load(kA, kAcquire),
                                               Store(kA, kRelease), Rmw(kA, kRelaxed), Lock(1),
                                               Unlock(1),           Fence(kSeqCst),    Store(kA, kRelaxed)};
  const std::vector<Instruction> threads = {Read(kX), Write(kX), Create(1), Join(1), Create(2), Join(2)};

  // Small spaces first, so that a flaw of the simplest kind is found at once.
  return {
      {"threads created and joined", threads, {3, 2, 1}},
      {"atomics, two threads", atomics, {2, 2}},
      {"mixed plain and atomic, two threads", mixed, {2, 2}},
      {"mixed plain and atomic, three threads", mixed, {1, 1, 2}},
      {"unaligned, two threads", unaligned, {2, 2}},
      {"extents, two threads", extents, {2, 2}},
      {"extents, three threads", extents, {2, 1, 1}},
      {"mutexes, two threads", mutexes, {4, 3}},
      {"mutexes, three threads", mutexes, {2, 2, 3}},
      {"granule, two threads", granule, {2, 1}},
      {"granule, two threads, the other way", granule, {1, 2}},
      {"granule, three threads", granule, {1, 1, 1}},
      {"release sequences, two threads", release_sequences, {3, 2}},
      {"release sequences, three threads", release_sequences, {2, 1, 2}},
      {"fences, three threads", fences, {2, 1, 2}},
      {"atomics, three threads", atomics, {1, 2, 1}},
      {"fences, two threads", fences, {3, 3}},
      {"fences and orders", fences_and_orders, {2, 3}},
      {"everything, two threads", everything, {3, 2}},
  };
}

}  // namespace

const std::vector<Space>& SmallSpaces() {
  static const std::vector<Space> spaces = MakeSmallSpaces();
  return spaces;
}

bool IsWellFormed(const Program& program) {
  std::set<int> created, joined;
  for (std::size_t thread = 0; thread < program.size(); ++thread) {
    std::set<std::uint64_t> held;
    for (const Instruction& instruction : program[thread]) {
      const int other = static_cast<int>(instruction.object);
      const bool is_other_thread = other != static_cast<int>(thread) && other < static_cast<int>(program.size());
      switch (instruction.operation) {
        case Operation::kLock:
          if (!held.insert(instruction.object).second) return false;
          break;
        case Operation::kUnlock:
          if (held.erase(instruction.object) == 0) return false;
          break;
        case Operation::kCreate:
          if (!is_other_thread || !created.insert(other).second) return false;
          break;
        case Operation::kJoin:
          if (!is_other_thread || !joined.insert(other).second) return false;
          break;
        default:
          break;
      }
    }
  }
  return true;
}

void ForEachTrace(const Program& program, const std::function<void(std::span<const Event>)>& visit) {
  if (!IsWellFormed(program)) return;
  Execution execution(program);
  Trace trace;
  Explore(execution, trace, visit);
}

void ForEachTrace(const Space& space, const std::function<void(std::span<const Event>)>& visit) {
  // The program as one number in base |alphabet|, counted up from 0; `digits` are its digits, thread after thread.
  std::vector<std::size_t> digits;
  for (int length : space.lengths) digits.resize(digits.size() + length, 0);
  while (true) {
    Program program;
    std::size_t digit = 0;
    for (int length : space.lengths) {
      program.emplace_back();
      for (int i = 0; i < length; ++i) program.back().push_back(space.alphabet[digits[digit++]]);
    }
    ForEachTrace(program, visit);

    std::size_t carry = digits.size();
    while (carry > 0 && ++digits[carry - 1] == space.alphabet.size()) digits[--carry] = 0;
    if (carry == 0) return;
  }
}

Trace RandomTrace(std::mt19937& random, int threads, int events_max) {
  constexpr std::memory_order kOrders[] = {std::memory_order_relaxed, std::memory_order_acquire,
                                           std::memory_order_release, std::memory_order_acq_rel,
                                           std::memory_order_seq_cst};
  constexpr std::memory_order kLoadOrders[] = {std::memory_order_relaxed, std::memory_order_acquire,
                                               std::memory_order_seq_cst};
  constexpr std::memory_order kStoreOrders[] = {std::memory_order_relaxed, std::memory_order_release,
                                                std::memory_order_seq_cst};
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };

  // Threads 1 and up are created by thread 0 in half of the traces, and exist from the start in the others. Two mutexes
  // (1, 2), three atomics (at 64, 72 and 76), three granules of data.
  Trace trace;
  std::map<std::uint64_t, int> owners;
  std::vector<bool> is_created(threads, below(2) == 0), is_joined(threads, false);
  is_created[0] = true;
  for (int i = 0; i < events_max; ++i) {
    const int thread = below(threads);
    if (is_joined[thread]) continue;
    if (!is_created[thread]) {
      if (is_joined[0]) continue;
      trace.push_back({0, Create(thread)});
      is_created[thread] = true;
      continue;
    }
    const std::uint64_t atomic = std::vector<std::uint64_t>{64, 72, 76}[below(3)];
    const std::uint64_t mutex = 1 + below(2);
    const auto owner = owners.find(mutex);
    const int kind = below(32);
    std::optional<Instruction> what;
    if (kind < 6) {
      // Data mostly under a mutex that goes with it, so that many accesses do not race.
      const int size = 1 << below(4);
      const std::uint64_t address = 8 * below(3) + below(8 / size) * size;
      const bool is_protected = owner != owners.end() && owner->second == thread;
      if (is_protected || below(3) == 0) what = below(3) == 0 ? Write(address, size) : Read(address, size);
    } else if (kind < 10) {
      what = Load(atomic, kLoadOrders[below(3)]);
    } else if (kind < 13) {
      what = Store(atomic, kStoreOrders[below(3)]);
    } else if (kind < 18) {
      what = Rmw(atomic, kOrders[below(5)]);
    } else if (kind < 21) {
      what = Fence(kOrders[1 + below(4)]);
    } else if (kind < 31) {
      if (owner == owners.end()) {
        owners[mutex] = thread;
        what = Lock(mutex);
      } else if (owner->second == thread) {
        owners.erase(mutex);
        what = Unlock(mutex);
      }
    } else {
      const int other = below(threads);
      const bool holds_a_mutex =
          std::any_of(owners.begin(), owners.end(), [&](const auto& entry) { return entry.second == other; });
      if (other != thread && is_created[other] && !is_joined[other] && !holds_a_mutex) {
        is_joined[other] = true;
        what = Join(other);
      }
    }
    if (what.has_value()) trace.push_back({thread, *what});
  }
  return trace;
}

}  // namespace racecourse::oracle
