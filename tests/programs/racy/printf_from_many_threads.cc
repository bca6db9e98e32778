// expect: data_race
// printf may be shared; the buffer that sprintf writes to may not.
#include <cstdio>
#include <string>
#include <thread>

char buffer[64];

void Format(int id) {
  buffer[0] = static_cast<char>('0' + id);  // bug
  buffer[1] = '\n';
  buffer[2] = '\0';
  std::printf("%s", std::string(buffer).c_str());
}

int main() {
  std::thread a(Format, 1);
  std::thread b(Format, 2);
  a.join();
  b.join();
}
