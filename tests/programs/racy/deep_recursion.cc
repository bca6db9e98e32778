// expect: crash
// A recursion that forgets to stop.
#include <cstdio>
#include <thread>

volatile int depth_wanted = 0;

int Descend(int depth) {  // bug
  volatile char page[4096];
  page[0] = static_cast<char>(depth);  // bug
  if (depth == depth_wanted) return page[0];
  return Descend(depth + 1) + page[0];  // bug
}

int main() {
  depth_wanted = -1;
  int result = 0;
  std::thread diver([&] { result = Descend(0); });
  diver.join();
  std::printf("%d\n", result);
}
