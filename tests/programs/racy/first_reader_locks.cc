// expect: misuse
// The first reader locks the room and the last one unlocks it: another thread, so it cannot be a mutex.
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

std::mutex readers_mutex;
int readers = 0;
std::mutex room;
int value = 0;

int Read() {
  {
    std::lock_guard lock(readers_mutex);
    if (++readers == 1) room.lock();
  }
  const int seen = value;
  std::lock_guard lock(readers_mutex);
  if (--readers == 0) room.unlock();  // bug
  return seen;
}

void Write() {
  room.lock();
  ++value;
  room.unlock();
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([] { Read(); });
  threads.emplace_back(Write);
  for (std::thread& thread : threads) thread.join();
}
