// expect: clean
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  const int segment = shmget(IPC_PRIVATE, 4096, 0600);
  auto* value = static_cast<int*>(shmat(segment, nullptr, 0));
  if (fork() == 0) {
    *value = 42;
    _exit(0);
  }
  wait(nullptr);
  const int result = *value;
  shmdt(value);
  shmctl(segment, IPC_RMID, nullptr);
  return result == 42 ? 0 : 1;
}
