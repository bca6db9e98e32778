// expect: data_race
// Neighbouring bit-fields are one memory location.
#include <thread>

struct Flags {
  unsigned is_open : 1;
  unsigned is_full : 1;
};

Flags flags = {};

int main() {
  std::thread other([] {
    flags.is_open = 1;  // bug
  });
  flags.is_full = 1;  // bug
  other.join();
  return flags.is_open == 1 && flags.is_full == 1 ? 0 : 1;
}
