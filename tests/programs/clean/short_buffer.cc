// expect: clean
// The buffers have room for the zero at the end too.
#include <cstdlib>
#include <cstring>
#include <thread>

char* names[2];

void Keep(int number, const char* text) {
  names[number] = static_cast<char*>(std::malloc(std::strlen(text) + 1));
  std::strcpy(names[number], text);
}

int main(int, char** argv) {
  std::thread worker([argv] { Keep(1, argv[0]); });
  Keep(0, "sixteen letters!");
  worker.join();
  for (char* name : names) std::free(name);
}
