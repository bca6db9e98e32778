// The code that the process was loaded with, the engine's among it, which the program may run and not change: else it
// could take the detectors out of its way. What would change it fails as under a hardened kernel, with EACCES or EPERM:
// opening /proc/…/mem to write, mprotect and mmap that make loaded code writable or put other pages in its place,
// ptrace. Also before the engine is in control, in constructors of global objects.
//
// Not meant: data. The engine's lies in the same address space, at addresses that a program can find out.
#ifndef RACECOURSE_INTERPOSE_LOADED_CODE_H_
#define RACECOURSE_INTERPOSE_LOADED_CODE_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

// True if what `path` names, relative to the open directory `folder`, is the memory of a process (proc(5): mem).
bool IsProcessMemory(int folder, const char* path);

// True if any page of it belongs to code of the program or of a library.
bool HasLoadedCode(std::uintptr_t begin, std::size_t size);

// True if the system call could change loaded code, by itself or by what it opens; `arguments` as the kernel gets them.
bool MayChangeLoadedCode(long number, const long (&arguments)[6]);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_LOADED_CODE_H_
