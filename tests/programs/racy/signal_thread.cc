// expect: deadlock
// One thread is to handle all signals; the other ones were started before the signal was blocked, and take it.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

void Nothing(int) {}

int main() {
  signal(SIGINT, Nothing);
  std::thread worker([] {
    for (int i = 0; i < 3; ++i) usleep(10);
  });
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread handler([set] {
    int signal = 0;
    sigwait(&set, &signal);  // bug
  });
  kill(getpid(), SIGINT);
  worker.join();
  handler.join();
}
