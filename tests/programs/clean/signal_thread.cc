// expect: clean
// One thread handles all signals: every thread blocks them, because they were blocked before the first one started.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

int main() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread worker([] {
    for (int i = 0; i < 3; ++i) usleep(10);
  });
  std::thread handler([set] {
    int signal = 0;
    sigwait(&set, &signal);
  });
  kill(getpid(), SIGINT);
  worker.join();
  handler.join();
}
