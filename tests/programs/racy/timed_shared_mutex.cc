// expect: misuse
// The writer gives up after a while, and unlocks all the same.
#include <chrono>
#include <shared_mutex>
#include <thread>

using namespace std::chrono_literals;

std::shared_timed_mutex mutex;
int temperature = 20;

void Refresh(int value) {
  if (mutex.try_lock_for(10ms)) temperature = value;
  mutex.unlock();  // bug
}

int Read() {
  std::shared_lock<std::shared_timed_mutex> lock(mutex, 20ms);
  return lock ? temperature : -1;
}

int main() {
  std::thread writer(Refresh, 21);
  std::thread reader([] {
    std::shared_lock<std::shared_timed_mutex> lock(mutex);
    std::this_thread::sleep_for(50ms);
  });
  const int seen = Read();
  writer.join();
  reader.join();
  return seen == 19;
}
