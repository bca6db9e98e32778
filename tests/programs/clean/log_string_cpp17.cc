// expect: clean
// Threads append to one string, one after the other.
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::string text;

void Log(const char* line) {
  std::lock_guard<std::mutex> lock(mutex);
  text += line;
}

int main() {
  std::thread other(Log, "a line that is too long for the string itself\n");
  Log("another line that is too long for the string itself\n");
  other.join();
  return text.size() == 98 ? 0 : 1;
}
