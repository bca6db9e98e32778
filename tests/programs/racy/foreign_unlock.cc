// expect: misuse
// One thread locks, another unlocks: a mutex is no signal.
#include <mutex>
#include <thread>

std::mutex gate;

int main() {
  gate.lock();
  std::thread opener([] {
    gate.unlock();  // bug
  });
  opener.join();
  gate.lock();
  gate.unlock();
}
