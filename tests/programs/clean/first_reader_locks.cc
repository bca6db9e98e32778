// expect: clean
// The first reader takes the room and the last one gives it back: a semaphore does not mind who does.
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

std::mutex readers_mutex;
int readers = 0;
std::binary_semaphore room(1);
int value = 0;

int Read() {
  {
    std::lock_guard lock(readers_mutex);
    if (++readers == 1) room.acquire();
  }
  const int seen = value;
  std::lock_guard lock(readers_mutex);
  if (--readers == 0) room.release();
  return seen;
}

void Write() {
  room.acquire();
  ++value;
  room.release();
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([] { Read(); });
  threads.emplace_back(Write);
  for (std::thread& thread : threads) thread.join();
}
