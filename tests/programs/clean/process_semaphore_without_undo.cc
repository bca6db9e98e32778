// expect: clean
#include <signal.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

int Change(int set, short by, short flags) {
  sembuf operation = {0, by, flags};
  return semop(set, &operation, 1);
}

int main() {
  const int set = semget(IPC_PRIVATE, 1, 0600);
  semctl(set, 0, SETVAL, 1);
  const short flags = SEM_UNDO;
  const pid_t child = fork();
  if (child == 0) {
    Change(set, -1, flags);
    Change(set, 1, flags);
    _exit(0);
  }
  kill(child, SIGKILL);
  Change(set, -1, flags);
  Change(set, 1, flags);
  waitpid(child, nullptr, 0);
  semctl(set, 0, IPC_RMID);
  return 0;
}
