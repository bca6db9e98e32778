// expect: data_race
// One thread writes the name while the other measures it: both happen inside the C library.
#include <cstdio>
#include <cstring>
#include <thread>

char name[32] = "nobody";

int main() {
  std::thread worker([] {
    std::snprintf(name, sizeof name, "worker %d", 7);  // bug
  });
  const std::size_t length = std::strlen(name);  // bug
  worker.join();
  return length < sizeof name ? 0 : 1;
}
