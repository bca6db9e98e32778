// What the programs of this folder share: a value that is noted becomes part of the execution's event hash, so whatever
// one execution leaves behind for the next, or takes from the machine, changes the hash.
#ifndef RACECOURSE_TESTS_ENGINE_PROGRAMS_DETERMINISM_NOTE_H_
#define RACECOURSE_TESTS_ENGINE_PROGRAMS_DETERMINISM_NOTE_H_

#include <atomic>
#include <cstdint>

inline std::atomic<std::uint32_t> noted;

inline void Note(std::uint64_t value) {
  value = (value ^ value >> 33) * 0xff51afd7ed558ccdu;
  noted.store(static_cast<std::uint32_t>(value >> 40));
}

#endif  // RACECOURSE_TESTS_ENGINE_PROGRAMS_DETERMINISM_NOTE_H_
