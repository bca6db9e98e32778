#include "tests/oracle/happens_before.h"

namespace racecourse::oracle {

HappensBefore::HappensBefore(std::span<const Event> trace) : size_(trace.size()), ordered_(size_ * size_, false) {
  AddProgramOrder(trace);
  AddThreads(trace);
  AddMutexes(trace);
  AddAtomics(trace);
  Close();
}

// [intro.races] p10: what is sequenced before happens before.
void HappensBefore::AddProgramOrder(std::span<const Event> trace) {
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = i + 1; j < size_; ++j) {
      if (trace[i].thread == trace[j].thread) Order(i, j);
    }
  }
}

// [thread.thread.constr] p6: the end of the constructor synchronizes with the start of the new thread.
// [thread.thread.member] p4: the end of the thread synchronizes with the return of join.
// A thread without an event starts and ends all the same, so its creation happens before its join.
void HappensBefore::AddThreads(std::span<const Event> trace) {
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = i + 1; j < size_; ++j) {
      const Instruction& first = trace[i].what;
      const Instruction& second = trace[j].what;
      if (first.operation == Operation::kCreate && static_cast<int>(first.object) == trace[j].thread) Order(i, j);
      if (second.operation == Operation::kJoin && static_cast<int>(second.object) == trace[i].thread) Order(i, j);
      if (first.operation == Operation::kCreate && second.operation == Operation::kJoin &&
          first.object == second.object) {
        Order(i, j);
      }
    }
  }
}

// [thread.mutex.requirements.mutex] p11: prior unlock operations on the same object synchronize with a lock.
void HappensBefore::AddMutexes(std::span<const Event> trace) {
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = i + 1; j < size_; ++j) {
      if (trace[i].what.operation == Operation::kUnlock && trace[j].what.operation == Operation::kLock &&
          trace[i].what.object == trace[j].what.object) {
        Order(i, j);
      }
    }
  }
}

// [atomics.order] p2 and [atomics.fences] p2-p4 are one rule with two choices on each side. Let Y read a value that X,
// or an operation in the release sequence that X heads or would head, wrote. Then each of
//   X itself, if it is a release operation, and every release fence sequenced before X
// synchronizes with each of
//   Y itself, if it is an acquire operation, and every acquire fence sequenced after Y.
void HappensBefore::AddAtomics(std::span<const Event> trace) {
  for (std::size_t y = 0; y < size_; ++y) {
    if (!trace[y].what.IsAtomic() || !trace[y].what.Reads()) continue;
    const std::optional<std::size_t> source = ReadsFrom(trace, y);
    if (!source.has_value()) continue;
    for (std::size_t x : SequenceHeads(trace, *source)) {
      for (std::size_t a = 0; a <= x; ++a) {
        const bool is_fence_before_x =
            trace[a].what.operation == Operation::kFence && trace[a].thread == trace[x].thread;
        if (!trace[a].what.IsRelease() || !(a == x || is_fence_before_x)) continue;
        for (std::size_t b = y; b < size_; ++b) {
          const bool is_fence_after_y =
              trace[b].what.operation == Operation::kFence && trace[b].thread == trace[y].thread;
          if (trace[b].what.IsAcquire() && (b == y || is_fence_after_y)) Order(a, b);
        }
      }
    }
  }
}

// [intro.races] p9, p10: happens-before is transitive. (Warshall, JACM 1962.)
void HappensBefore::Close() {
  for (std::size_t k = 0; k < size_; ++k) {
    for (std::size_t i = 0; i < k; ++i) {
      if (!Ordered(i, k)) continue;
      for (std::size_t j = k + 1; j < size_; ++j) {
        if (Ordered(k, j)) Order(i, j);
      }
    }
  }
}

std::optional<std::size_t> ReadsFrom(std::span<const Event> trace, std::size_t read) {
  for (std::size_t i = read; i-- > 0;) {
    if (trace[i].what.IsAccess() && trace[i].what.Modifies() && trace[i].what.Overlaps(trace[read].what)) return i;
  }
  return std::nullopt;
}

// [intro.races] p5: a release sequence headed by A is A, followed in the modification order by read-modify-writes
// only. (Until C++17 stores by the thread that performed A continued it too; P0982R1 took that out.)
std::vector<std::size_t> SequenceHeads(std::span<const Event> trace, std::size_t modification) {
  std::vector<std::size_t> heads;
  std::optional<std::size_t> head = modification;
  while (head.has_value() && trace[*head].what.IsAtomic()) {
    heads.push_back(*head);
    if (trace[*head].what.operation != Operation::kAtomicRmw) break;
    head = ReadsFrom(trace, *head);
  }
  return heads;
}

bool Conflict(const Event& a, const Event& b) {
  return a.what.IsAccess() && b.what.IsAccess() && a.what.Overlaps(b.what) && (a.what.Modifies() || b.what.Modifies());
}

std::vector<Race> DataRaces(std::span<const Event> trace) {
  const HappensBefore happens_before(trace);
  std::vector<Race> races;
  for (std::size_t j = 0; j < trace.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const bool both_atomic = trace[i].what.IsAtomic() && trace[j].what.IsAtomic();
      if (trace[i].thread != trace[j].thread && Conflict(trace[i], trace[j]) && !both_atomic &&
          !happens_before.Ordered(i, j)) {
        races.push_back({i, j});
      }
    }
  }
  return races;
}

}  // namespace racecourse::oracle
