// expect: data_race
// A sequence lock around plain data: readers look at it while it is written, and find out too late.
#include <atomic>
#include <thread>

std::atomic<unsigned> sequence = 0;
int x = 0;
int y = 0;

void Write(int value) {
  sequence.fetch_add(1);
  x = value;  // bug
  y = value;
  sequence.fetch_add(1);
}

bool Read(int& a, int& b) {
  const unsigned before = sequence.load();
  if (before % 2 == 1) return false;
  a = x;  // bug
  b = y;  // bug
  return sequence.load() == before;
}

int main() {
  std::thread writer([] { Write(1); });
  int a = 0;
  int b = 0;
  const bool is_consistent = !Read(a, b) || a == b;
  writer.join();
  return is_consistent ? 0 : 1;
}
