// expect: clean
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

int set = -1;

void Change(int by) {
  sembuf operation = {0, static_cast<short>(by), SEM_UNDO};
  semop(set, &operation, 1);  // bug: nobody gives back what a process had that ended
}

int main() {
  set = semget(IPC_PRIVATE, 1, 0600);
  if (set < 0) return 1;
  Change(+1);
  if (fork() == 0) {
    Change(-1);
    _exit(3);  // as in an error that nobody thought of
  }
  wait(nullptr);
  Change(-1);
  semctl(set, 0, IPC_RMID);
  return 0;
}
