// expect: clean
// Neighbouring bytes, shorts and members of one struct belong to different threads: no race, however close they are.
#include <array>
#include <cassert>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

struct Mixed {
  char a;
  char b;
  short c;
  int d;
};

std::array<char, 16> letters = {};
Mixed mixed = {};

int main() {
  std::string text(16, ' ');
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([i, &text] {
      for (int j = 0; j < 3; ++j) letters[i + 4 * j] = static_cast<char>('a' + i);
      std::memset(&text[4 * i], 'a' + i, 4);
      if (i == 0) mixed.a = 1;
      if (i == 1) mixed.b = 2;
      if (i == 2) mixed.c = 3;
      if (i == 3) mixed.d = 4;
    });
  }
  for (std::thread& writer : writers) writer.join();
  assert(text == "aaaabbbbccccdddd");
  assert(letters[0] == 'a' && letters[5] == 'b');
  assert(mixed.a + mixed.b + mixed.c + mixed.d == 10);
}
