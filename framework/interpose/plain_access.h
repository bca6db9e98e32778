// Accesses that no instrumented code announces: those of libc's functions on behalf of the program.
#ifndef RACECOURSE_INTERPOSE_PLAIN_ACCESS_H_
#define RACECOURSE_INTERPOSE_PLAIN_ACCESS_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// The current thread reads, or is about to write, `size` bytes by the call at `code`.
void AnnounceRead(const void* begin, std::size_t size, std::uint64_t code);
void AnnounceWrite(const void* begin, std::size_t size, std::uint64_t code);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_PLAIN_ACCESS_H_
