// The memory that launcher and launched have in common.
#ifndef RACECOURSE_TESTS_ENGINE_PROGRAMS_WHOLE_LAUNCHED_H_
#define RACECOURSE_TESTS_ENGINE_PROGRAMS_WHOLE_LAUNCHED_H_

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct Shared {
  int total;
};

inline constexpr char kSharedName[] = "/launched";

inline Shared* OpenShared() {
  const int file = shm_open(kSharedName, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, sizeof(Shared)) != 0) abort();
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) abort();
  close(file);
  return static_cast<Shared*>(memory);
}

#endif  // RACECOURSE_TESTS_ENGINE_PROGRAMS_WHOLE_LAUNCHED_H_
