// expect: clean
// Blocks the signal, and lets it in only while it waits.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

volatile sig_atomic_t came = 0;

void Note(int) { came = 1; }

int main() {
  signal(SIGUSR1, Note);
  sigset_t blocked, old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &old);
  const pthread_t self = pthread_self();
  std::thread sender([self] { pthread_kill(self, SIGUSR1); });
  while (came == 0) sigsuspend(&old);
  sender.join();
}
