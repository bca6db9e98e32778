// expect: clean
// The function that a timer starts runs on a thread of its own, beside the one that armed it: both lock.
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#include <mutex>

int requests = 0;
int reported = 0;
std::mutex mutex;
sem_t done;

void Report(sigval) {
  std::lock_guard lock(mutex);
  reported = requests;
  sem_post(&done);
}

int main() {
  sem_init(&done, 0, 0);
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = Report;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return 1;
  const itimerspec value = {{0, 0}, {0, 10'000'000}};
  timer_settime(timer, 0, &value, nullptr);
  for (int i = 0; i < 3; ++i) {
    std::lock_guard lock(mutex);
    ++requests;
  }
  sem_wait(&done);
  timer_delete(timer);
}
