// Blocks of all sizes, given back and reused, and what fresh memory contains.
#include <cstdlib>
#include <cstring>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "note.h"

std::mutex mutex;
std::list<std::string> strings;

void Work(int me) {
  for (int i = 1; i < 40'000; i = i * 3 + me) {
    std::lock_guard<std::mutex> lock(mutex);
    strings.emplace_back(static_cast<unsigned>(i), 'x');
    if (strings.size() > 4) strings.pop_front();
    auto* bytes = static_cast<unsigned char*>(std::malloc(static_cast<unsigned>(i)));
    Note(reinterpret_cast<std::uintptr_t>(bytes));
    unsigned sum = 0;
    for (int j = 0; j < i; j += 7) sum += bytes[j];
    Note(sum);
    std::memset(bytes, me, static_cast<unsigned>(i));
    bytes = static_cast<unsigned char*>(std::realloc(bytes, static_cast<unsigned>(i) * 2));
    Note(bytes[i - 1] + std::size_t{bytes[i]});
    std::free(bytes);
    void* aligned = nullptr;
    if (posix_memalign(&aligned, 256, 100) == 0) Note(reinterpret_cast<std::uintptr_t>(aligned));
    std::free(aligned);
  }
}

int main() {
  std::thread a(Work, 1);
  std::thread b(Work, 2);
  a.join();
  b.join();
}
