// expect: clean
// C strings in all the ways the library handles them, shared under a lock, and side by side in one array.
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

std::mutex mutex;
char name[32] = "nobody";
char halves[2][8];

void Work(int number) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    std::snprintf(name, sizeof name, "worker %d", number);
    std::strcat(name, "!");
    assert(std::strlen(name) == 9 && std::strchr(name, '!') == name + 8 && std::strstr(name, "ker") == name + 3);
  }
  // Comparing ends where the strings differ, before what the other thread writes.
  std::strncpy(halves[number], number == 0 ? "left" : "right", 8);
  assert(std::memcmp(halves[number], number == 0 ? "lex\0\0\0\0" : "rix\0\0\0\0", 8) != 0);
  char* copy = strdup(halves[number]);
  assert(std::strcmp(copy, halves[number]) == 0);
  std::free(copy);
}

int main() {
  std::thread worker(Work, 1);
  Work(0);
  worker.join();
  assert(std::strncmp(name, "worker", 6) == 0);
}
