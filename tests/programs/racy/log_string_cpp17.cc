// expect: data_race
// Threads append to one string; in C++17 the library holds the code that does it.
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::string text;

void Log(const char* line) {
  text += line;  // bug
}

int main() {
  std::thread other(Log, "a line that is too long for the string itself\n");
  Log("another line that is too long for the string itself\n");
  other.join();
  return text.size() == 98 ? 0 : 1;
}
