// expect: leak
// Both threads may find the cache empty; the one that is later overwrites what the other made.
#include <atomic>
#include <thread>

struct Table {
  int squares[100];
};

std::atomic<Table*> cache = nullptr;

int Square(int n) {
  if (cache.load() == nullptr) {
    Table* table = new Table;  // bug
    for (int i = 0; i < 100; ++i) table->squares[i] = i * i;
    cache.store(table);
  }
  return cache.load()->squares[n];
}

int main() {
  std::thread worker([] { Square(3); });
  Square(4);
  worker.join();
  delete cache.load();
}
