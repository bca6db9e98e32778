// expect: deadlock
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

// Both forks of a philosopher.
void Dine(int set, unsigned short left, unsigned short right) {
  sembuf take_left = {left, -1, 0};
  sembuf take_right = {right, -1, 0};
  semop(set, &take_left, 1);
  semop(set, &take_right, 1);  // bug: not both at once
  sembuf give[] = {{left, 1, 0}, {right, 1, 0}};
  semop(set, give, 2);
}

int main() {
  const int set = semget(IPC_PRIVATE, 2, 0600);
  unsigned short values[] = {1, 1};
  semctl(set, 0, SETALL, values);
  if (fork() == 0) {
    Dine(set, 1, 0);
    _exit(0);
  }
  Dine(set, 0, 1);
  wait(nullptr);
  semctl(set, 0, IPC_RMID);
  return 0;
}
