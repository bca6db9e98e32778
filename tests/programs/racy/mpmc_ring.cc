// expect: data_race
// A bounded queue for many producers and consumers; the sequence number that hands a cell over is stored relaxed.
#include <atomic>
#include <string>
#include <thread>

constexpr unsigned kSize = 2;
struct Cell {
  std::atomic<unsigned> sequence;
  std::string item;
};
Cell cells[kSize];
std::atomic<unsigned> head = 0;
std::atomic<unsigned> tail = 0;

void Push(std::string item) {
  unsigned position = tail.load(std::memory_order_relaxed);
  for (;;) {
    Cell& cell = cells[position % kSize];
    const int ahead = static_cast<int>(cell.sequence.load(std::memory_order_acquire) - position);
    if (ahead == 0 && tail.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
      cell.item = std::move(item);  // bug
      cell.sequence.store(position + 1, std::memory_order_relaxed);
      return;
    }
    if (ahead < 0) std::this_thread::yield();
    if (ahead != 0) position = tail.load(std::memory_order_relaxed);
  }
}

std::string Pop() {
  unsigned position = head.load(std::memory_order_relaxed);
  for (;;) {
    Cell& cell = cells[position % kSize];
    const int ahead = static_cast<int>(cell.sequence.load(std::memory_order_acquire) - (position + 1));
    if (ahead == 0 && head.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
      std::string item = std::move(cell.item);  // bug
      cell.sequence.store(position + kSize, std::memory_order_release);
      return item;
    }
    if (ahead < 0) std::this_thread::yield();
    if (ahead != 0) position = head.load(std::memory_order_relaxed);
  }
}

int main() {
  for (unsigned i = 0; i < kSize; ++i) cells[i].sequence = i;
  std::thread producers[2];
  for (std::thread& producer : producers) {
    producer = std::thread([] {
      for (int i = 0; i < 2; ++i) Push("an item that lives on the heap, because it is long");
    });
  }
  std::thread consumer([] {
    for (int i = 0; i < 2; ++i) Pop();
  });
  for (int i = 0; i < 2; ++i) Pop();
  for (std::thread& producer : producers) producer.join();
  consumer.join();
}
