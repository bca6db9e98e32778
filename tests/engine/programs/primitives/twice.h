// What the scenarios of several files need.
#ifndef RACECOURSE_TESTS_ENGINE_PROGRAMS_PRIMITIVES_TWICE_H_
#define RACECOURSE_TESTS_ENGINE_PROGRAMS_PRIMITIVES_TWICE_H_

#include <time.h>

#include <thread>

// Runs the same in two threads.
template <typename Body>
void Twice(Body body) {
  std::thread other(body);
  body();
  other.join();
}

// The moment so many seconds from now, on `clock`.
inline timespec In(int seconds, clockid_t clock = CLOCK_REALTIME) {
  timespec moment;
  clock_gettime(clock, &moment);
  moment.tv_sec += seconds;
  return moment;
}

#endif  // RACECOURSE_TESTS_ENGINE_PROGRAMS_PRIMITIVES_TWICE_H_
