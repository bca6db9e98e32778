// expect: data_race|assertion
#include <assert.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  sem_t* ready = sem_open("/ready", O_CREAT, 0600, 0);
  if (ready == SEM_FAILED) return 1;
  auto* value =
      static_cast<int*>(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (fork() == 0) {
    sem_post(ready);
    *value = 7;  // bug: too late
    _exit(0);
  }
  sem_wait(ready);
  assert(*value == 7);  // bug: too early
  wait(nullptr);
  sem_unlink("/ready");
  return 0;
}
