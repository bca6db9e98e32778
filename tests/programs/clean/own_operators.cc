// expect: clean
// The program counts what it allocates, in operators of its own; the arrays use them too.
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

std::atomic<long> live = 0;

void* operator new(std::size_t size) {
  ++live;
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  if (block != nullptr) --live;
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

int main() {
  const long before = live;
  std::thread worker([] {
    std::vector<int> numbers(10);
    delete[] new char[7];
    delete new (std::nothrow) long;
  });
  {
    std::vector<int> numbers(20);
    int* volatile three = new int[3];
    assert(live > before + 1);
    delete[] three;
  }
  worker.join();
}
