// expect: clean
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

// The file is there while somebody is at work.
void AddOne(const char* path, int* counter) {
  int lock;
  while ((lock = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600)) < 0) sched_yield();
  close(lock);
  *counter += 1;
  unlink(path);
}

int main(int, char** arguments) {
  const std::string path = std::string(arguments[0]) + ".lock";
  void* memory = mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* counter = static_cast<int*>(memory);
  if (fork() == 0) {
    AddOne(path.c_str(), counter);
    _exit(0);
  }
  AddOne(path.c_str(), counter);
  wait(nullptr);
  return *counter == 2 ? 0 : 1;
}
