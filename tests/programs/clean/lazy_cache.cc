// expect: clean
// Both threads may find the cache empty; the one that is later throws its own table away. What wins is kept till the
// end, by a pointer with a mark in its lowest bit.
#include <atomic>
#include <cstdint>
#include <thread>

struct Table {
  int squares[100];
};

std::atomic<std::uintptr_t> cache = 0;

int Square(int n) {
  if (cache.load() == 0) {
    Table* table = new Table;
    for (int i = 0; i < 100; ++i) table->squares[i] = i * i;
    std::uintptr_t empty = 0;
    if (!cache.compare_exchange_strong(empty, reinterpret_cast<std::uintptr_t>(table) | 1)) delete table;
  }
  return reinterpret_cast<Table*>(cache.load() & ~std::uintptr_t{1})->squares[n];
}

int main() {
  std::thread worker([] { Square(3); });
  Square(4);
  worker.join();
}
