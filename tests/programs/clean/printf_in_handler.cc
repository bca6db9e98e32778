// expect: clean
// A handler that only notes what it got.
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <thread>

volatile sig_atomic_t is_asked = 0;
int rounds = 0;

void Ask(int) { is_asked = 1; }

int main() {
  signal(SIGUSR1, Ask);
  const pthread_t self = pthread_self();
  std::thread sender([self] { pthread_kill(self, SIGUSR1); });
  for (; rounds < 5; ++rounds) {
    std::printf("working\n");
    if (is_asked != 0) std::printf("round %d\n", rounds);
    is_asked = 0;
  }
  sender.join();
}
