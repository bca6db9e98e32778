// expect: misuse
// A handler that reports what it got, in a program that prints.
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <thread>

int rounds = 0;

void Report(int) {
  std::printf("round %d\n", rounds);  // bug
}

int main() {
  signal(SIGUSR1, Report);
  const pthread_t self = pthread_self();
  std::thread sender([self] { pthread_kill(self, SIGUSR1); });
  for (; rounds < 5; ++rounds) std::printf("working\n");
  sender.join();
}
