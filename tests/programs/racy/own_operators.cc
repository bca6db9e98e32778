// expect: data_race
// The program counts what it allocates, in operators of its own; the arrays use them too.
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

int live = 0;

void* operator new(std::size_t size) {
  ++live;  // bug
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  if (block != nullptr) --live;  // bug
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

int main() {
  std::thread worker([] {
    std::vector<int> numbers(10);
    delete[] new char[7];
    delete new (std::nothrow) long;
  });
  std::vector<int> numbers(20);
  delete[] new int[3];
  worker.join();
}
