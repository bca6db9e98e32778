// All small programs: every way to fill a few threads with a few instructions of an alphabet, in every interleaving.
// A detector that is right on all of them has few places left to be wrong; a wrong one fails on a program that fits on
// a napkin.
#ifndef TESTS_ORACLE_ENUMERATOR_H_
#define TESTS_ORACLE_ENUMERATOR_H_

#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/oracle/event.h"

namespace racecourse::oracle {

using Program = std::vector<std::vector<Instruction>>;  // one sequence per thread

// A set of programs: thread i performs any lengths[i] instructions of the alphabet. Shorter programs are in it too, as
// beginnings of traces.
struct Space {
  std::string name;
  std::vector<Instruction> alphabet;
  std::vector<int> lengths;
};

// The spaces that every detector is checked on; each exists for one rule of the language.
const std::vector<Space>& SmallSpaces();

// True if each thread unlocks only what it holds and locks only what it does not, and nobody creates or joins a
// thread twice, itself, or one that does not exist.
bool IsWellFormed(const Program& program);

// Calls `visit` with each maximal trace of each well-formed program: one in which all threads ended, or in which
// those that did not wait for a lock, a join or their own creation. No trace is visited twice for the same program.
void ForEachTrace(const Space& space, const std::function<void(std::span<const Event>)>& visit);
void ForEachTrace(const Program& program, const std::function<void(std::span<const Event>)>& visit);

// One random interleaving of one random well-formed program, synchronised often enough that races come late.
Trace RandomTrace(std::mt19937& random, int threads, int events_max);

}  // namespace racecourse::oracle

#endif  // TESTS_ORACLE_ENUMERATOR_H_
