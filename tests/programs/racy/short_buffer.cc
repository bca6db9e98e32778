// expect: heap_overflow
// The buffers have no room for the zero at the end, which strcpy writes all the same.
#include <cstdlib>
#include <cstring>
#include <thread>

char* names[2];

void Keep(int number, const char* text) {
  names[number] = static_cast<char*>(std::malloc(std::strlen(text)));
  std::strcpy(names[number], text);  // bug
}

int main(int, char** argv) {
  std::thread worker([argv] { Keep(1, argv[0]); });
  Keep(0, "sixteen letters!");
  worker.join();
  for (char* name : names) std::free(name);
}
