// Random devices, clocks, process ids, the number of processors.
#include <sys/random.h>
#include <unistd.h>

#include <cassert>
#include <chrono>
#include <ctime>
#include <random>
#include <thread>

#include "note.h"

void Work() {
  std::random_device device;
  Note(device());
  std::mt19937 generator(device());
  Note(std::uniform_int_distribution<int>(0, 1000)(generator));
  unsigned bytes = 0;
  if (getrandom(&bytes, sizeof bytes, 0) == sizeof bytes) Note(bytes);
  Note(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
  Note(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()));
  Note(static_cast<std::uint64_t>(std::time(nullptr)));
  Note(static_cast<std::uint64_t>(std::clock()));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  Note(static_cast<std::uint64_t>(std::chrono::high_resolution_clock::now().time_since_epoch().count()));
  Note(static_cast<std::uint64_t>(getpid()));
  Note(std::thread::hardware_concurrency());
  assert(sysconf(_SC_NPROCESSORS_ONLN) == 4 && std::thread::hardware_concurrency() == 4);  // on every machine
}

int main() {
  std::thread a(Work);
  Work();
  a.join();
}
