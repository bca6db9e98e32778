// What the loader made of the program: its code, its data, its thread_local storage, and the parts of its data that
// belong to uninstrumented libraries.
#ifndef RACECOURSE_EXECUTION_LOADED_PROGRAM_H_
#define RACECOURSE_EXECUTION_LOADED_PROGRAM_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// Fills in the code and data bounds and tls_size of TheExecution(), and finds foreign data. Called before main.
void DescribeLoadedProgram();

// Library variables that the program refers to by name live in the program's own data (copy relocations): std::cout,
// say. The library synchronises its accesses to them in ways that we do not see.
struct ForeignData {
  std::uintptr_t begin;
  std::size_t size;
};
std::uint32_t ForeignDataCount();
ForeignData ForeignDataAt(std::uint32_t index);

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_LOADED_PROGRAM_H_
