// expect: lost_wakeup
// Looks whether the signal came, then pauses: it comes in between.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

volatile sig_atomic_t came = 0;

void Note(int) { came = 1; }

int main() {
  signal(SIGUSR1, Note);
  const pthread_t self = pthread_self();
  std::thread sender([self] { pthread_kill(self, SIGUSR1); });
  while (came == 0) pause();  // bug
  sender.join();
}
