// expect: misuse
// A worker that catches everything catches its own end, too.
#include <pthread.h>
#include <unistd.h>

#include <stdexcept>

void DoOneThing() {
  sleep(1);
  throw std::runtime_error("nothing to do");
}

void* Work(void*) {
  for (int i = 0; i < 3; ++i) {
    try {
      DoOneThing();
    } catch (...) {
      // Whatever it was, the next one will do better.
    }  // bug
  }
  return nullptr;
}

int main() {
  pthread_t worker;
  pthread_create(&worker, nullptr, Work, nullptr);
  pthread_cancel(worker);
  pthread_join(worker, nullptr);
}
