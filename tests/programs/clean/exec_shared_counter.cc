// expect: clean
#include <assert.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// The same program is the worker, when it is started with an argument: all it has in common with who started it, it
// finds by name.
struct Shared {
  sem_t free;
  int total;
};

Shared* Open(int flags) {
  const int file = shm_open("/exec_shared_counter", flags | O_RDWR, 0600);
  if (file < 0 || ftruncate(file, sizeof(Shared)) != 0) _exit(9);
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return memory == MAP_FAILED ? nullptr : static_cast<Shared*>(memory);
}

void Add(Shared* shared) {
  for (int i = 0; i < 2; ++i) {
    sem_wait(&shared->free);
    ++shared->total;
    sem_post(&shared->free);
  }
}

int main(int count, char** arguments) {
  if (count > 1) {
    Add(Open(0));
    return 0;
  }
  Shared* shared = Open(O_CREAT | O_EXCL);
  sem_init(&shared->free, 1, 1);
  if (fork() == 0) {
    execl("/proc/self/exe", arguments[0], "worker", nullptr);
    _exit(127);
  }
  Add(shared);
  int status = 0;
  wait(&status);
  assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  assert(shared->total == 4);
  shm_unlink("/exec_shared_counter");
  return 0;
}
