// The words of the oracle: what a thread can do, and the linear trace of what threads did.
//
// A trace is one interleaving: event i happened before event j was even begun, for i < j. Every atomic read reads the
// latest modification in the trace, so modification order is trace order. (Executions in which a load reads an older
// store, as weak memory allows, are not traces of this kind.)
//
// REQUIRES of every trace: locks are taken when free and given back by their owner; a thread is created at most once,
// before its first event; a thread is joined after its last event; two atomic objects are the same or do not overlap.
#ifndef TESTS_ORACLE_EVENT_H_
#define TESTS_ORACLE_EVENT_H_

#include <atomic>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace racecourse::oracle {

enum class Operation { kRead, kWrite, kAtomicLoad, kAtomicStore, kAtomicRmw, kFence, kLock, kUnlock, kCreate, kJoin };

struct Instruction {
  Operation operation;
  std::uint64_t object = 0;  // accesses: address of the first byte; mutexes: any number; create, join: the other thread
  int size = 0;              // accesses: bytes
  std::memory_order order = std::memory_order_relaxed;  // atomics and fences

  bool IsAccess() const;  // touches memory: plain or atomic
  bool IsAtomic() const;  // an atomic load, store or read-modify-write
  bool Reads() const;
  bool Modifies() const;
  bool IsAcquire() const;  // [atomics.order]: acquire, acq_rel and seq_cst, where the operation reads or is a fence
  bool IsRelease() const;  // release, acq_rel and seq_cst, where the operation modifies or is a fence
  bool Overlaps(const Instruction& other) const;  // REQUIRES: both are accesses

  std::string ToString() const;
  auto operator<=>(const Instruction&) const = default;
};

Instruction Read(std::uint64_t address, int size = 4);
Instruction Write(std::uint64_t address, int size = 4);
Instruction Load(std::uint64_t address, std::memory_order order, int size = 4);
Instruction Store(std::uint64_t address, std::memory_order order, int size = 4);
// A read-modify-write; one that fails, such as a compare-exchange, is a Load.
Instruction Rmw(std::uint64_t address, std::memory_order order, int size = 4);
Instruction Fence(std::memory_order order);
Instruction Lock(std::uint64_t mutex);
Instruction Unlock(std::uint64_t mutex);
Instruction Create(int thread);
Instruction Join(int thread);

struct Event {
  int thread;
  Instruction what;

  std::string ToString() const;
  auto operator<=>(const Event&) const = default;
};

using Trace = std::vector<Event>;

// One event per line, each with its index.
std::string ToString(std::span<const Event> trace);

}  // namespace racecourse::oracle

#endif  // TESTS_ORACLE_EVENT_H_
