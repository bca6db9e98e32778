// expect: data_race
// Two threads write neighbouring characters of a text, and one goes a character too far.
#include <thread>

char text[8];

void Write(int begin, int end, char c) {
  for (int i = begin; i < end; ++i) text[i] = c;  // bug
}

int main() {
  std::thread left(Write, 0, 5, 'l');
  Write(4, 8, 'r');
  left.join();
  return text[0] == 'l' ? 0 : 1;
}
