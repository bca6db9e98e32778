// What the loader made of the program: its code, its data, its thread_local storage, and the parts of its data that
// belong to uninstrumented libraries.
#ifndef RACECOURSE_EXECUTION_LOADED_PROGRAM_H_
#define RACECOURSE_EXECUTION_LOADED_PROGRAM_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// Fills in the code and data bounds and tls_size of TheExecution(), and finds foreign data. Called before main.
void DescribeLoadedProgram();

// Data of the shared libraries: their own segments, to which inline functions of theirs write as well (a facet's cache
// of narrowed characters), and the variables that the program refers to by name, which live in its own data (copy
// relocations: std::cout, say). The libraries synchronise their accesses in ways that we do not see.
struct ForeignData {
  std::uintptr_t begin;
  std::size_t size;
};
std::uint32_t ForeignDataCount();
ForeignData ForeignDataAt(std::uint32_t index);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_LOADED_PROGRAM_H_
