// expect: clean
// The textbook's bounded buffer: two semaphores and a mutex.
#include <array>
#include <cassert>
#include <mutex>
#include <semaphore>
#include <thread>

std::array<int, 2> buffer;
std::counting_semaphore<2> free_slots(2);
std::counting_semaphore<2> used_slots(0);
std::mutex mutex;
int write_index = 0;
int read_index = 0;

void Produce(int value) {
  free_slots.acquire();
  {
    std::lock_guard<std::mutex> lock(mutex);
    buffer[write_index++ % 2] = value;
  }
  used_slots.release();
}

int Consume() {
  used_slots.acquire();
  int value;
  {
    std::lock_guard<std::mutex> lock(mutex);
    value = buffer[read_index++ % 2];
  }
  free_slots.release();
  return value;
}

int main() {
  std::thread a([] {
    Produce(1);
    Produce(2);
  });
  std::thread b([] {
    Produce(3);
    Produce(4);
  });
  int sum = 0;
  for (int i = 0; i < 4; ++i) sum += Consume();
  a.join();
  b.join();
  assert(sum == 10);
}
