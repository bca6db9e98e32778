// expect: clean
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

struct Letter {
  long type;
  int value;
};
constexpr long kRequest = 1;
constexpr long kAnswer = 2;

void Serve(int queue) {
  Letter letter;
  msgrcv(queue, &letter, sizeof letter.value, kRequest, 0);
  letter.type = kAnswer;
  letter.value *= 2;
  msgsnd(queue, &letter, sizeof letter.value, 0);
}

int main() {
  const int queue = msgget(IPC_PRIVATE, 0600);
  if (fork() == 0) {
    Serve(queue);
    _exit(0);
  }
  Letter letter = {kRequest, 21};
  msgsnd(queue, &letter, sizeof letter.value, 0);
  msgrcv(queue, &letter, sizeof letter.value, kAnswer, 0);
  wait(nullptr);
  msgctl(queue, IPC_RMID, nullptr);
  return letter.value == 42 ? 0 : 1;
}
