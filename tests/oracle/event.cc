#include "tests/oracle/event.h"

#include <sstream>

namespace racecourse::oracle {
namespace {

const char* OrderName(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
      return "consume";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
  }
  return "?";
}

}  // namespace

bool Instruction::IsAtomic() const {
  return operation == Operation::kAtomicLoad || operation == Operation::kAtomicStore ||
         operation == Operation::kAtomicRmw;
}

bool Instruction::IsAccess() const {
  return IsAtomic() || operation == Operation::kRead || operation == Operation::kWrite;
}

bool Instruction::Reads() const {
  return operation == Operation::kRead || operation == Operation::kAtomicLoad || operation == Operation::kAtomicRmw;
}

bool Instruction::Modifies() const {
  return operation == Operation::kWrite || operation == Operation::kAtomicStore || operation == Operation::kAtomicRmw;
}

bool Instruction::IsAcquire() const {
  const bool can_acquire =
      operation == Operation::kAtomicLoad || operation == Operation::kAtomicRmw || operation == Operation::kFence;
  return can_acquire && (order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
                         order == std::memory_order_seq_cst);
}

bool Instruction::IsRelease() const {
  const bool can_release =
      operation == Operation::kAtomicStore || operation == Operation::kAtomicRmw || operation == Operation::kFence;
  return can_release && (order == std::memory_order_release || order == std::memory_order_acq_rel ||
                         order == std::memory_order_seq_cst);
}

bool Instruction::Overlaps(const Instruction& other) const {
  return object < other.object + other.size && other.object < object + size;
}

Instruction Read(std::uint64_t address, int size) { return {Operation::kRead, address, size}; }
Instruction Write(std::uint64_t address, int size) { return {Operation::kWrite, address, size}; }
Instruction Load(std::uint64_t address, std::memory_order order, int size) {
  return {Operation::kAtomicLoad, address, size, order};
}
Instruction Store(std::uint64_t address, std::memory_order order, int size) {
  return {Operation::kAtomicStore, address, size, order};
}
Instruction Rmw(std::uint64_t address, std::memory_order order, int size) {
  return {Operation::kAtomicRmw, address, size, order};
}
Instruction Fence(std::memory_order order) { return {Operation::kFence, 0, 0, order}; }
Instruction Lock(std::uint64_t mutex) { return {Operation::kLock, mutex}; }
Instruction Unlock(std::uint64_t mutex) { return {Operation::kUnlock, mutex}; }
Instruction Create(int thread) { return {Operation::kCreate, static_cast<std::uint64_t>(thread)}; }
Instruction Join(int thread) { return {Operation::kJoin, static_cast<std::uint64_t>(thread)}; }

std::string Instruction::ToString() const {
  std::ostringstream out;
  switch (operation) {
    case Operation::kRead:
      out << "read";
      break;
    case Operation::kWrite:
      out << "write";
      break;
    case Operation::kAtomicLoad:
      out << "load." << OrderName(order);
      break;
    case Operation::kAtomicStore:
      out << "store." << OrderName(order);
      break;
    case Operation::kAtomicRmw:
      out << "rmw." << OrderName(order);
      break;
    case Operation::kFence:
      out << "fence." << OrderName(order);
      return out.str();
    case Operation::kLock:
      out << "lock";
      break;
    case Operation::kUnlock:
      out << "unlock";
      break;
    case Operation::kCreate:
      out << "create T";
      break;
    case Operation::kJoin:
      out << "join T";
      break;
  }
  if (IsAccess()) {
    out << " [" << object << ".." << object + size - 1 << "]";
  } else if (operation == Operation::kCreate || operation == Operation::kJoin) {
    out << object;
  } else {
    out << " m" << object;
  }
  return out.str();
}

std::string Event::ToString() const { return "T" + std::to_string(thread) + " " + what.ToString(); }

std::string ToString(std::span<const Event> trace) {
  std::ostringstream out;
  for (std::size_t i = 0; i < trace.size(); ++i) out << "  " << i << ": " << trace[i].ToString() << "\n";
  return out.str();
}

}  // namespace racecourse::oracle
