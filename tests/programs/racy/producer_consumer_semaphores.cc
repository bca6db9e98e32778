// expect: data_race
// Semaphores count the slots, but two producers write to the same one.
#include <array>
#include <semaphore>
#include <thread>

std::array<int, 4> buffer;
std::counting_semaphore<4> free_slots(4);
std::counting_semaphore<4> used_slots(0);
int write_index = 0;

void Produce(int value) {
  free_slots.acquire();
  buffer[write_index++ % 4] = value;  // bug
  used_slots.release();
}

int main() {
  std::thread a(Produce, 1);
  std::thread b(Produce, 2);
  used_slots.acquire();
  used_slots.acquire();
  a.join();
  b.join();
  return buffer[0] + buffer[1] == 3 ? 0 : 1;
}
