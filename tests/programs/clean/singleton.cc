// expect: clean
// One instance by call_once, one by a function-local static; both made by whoever comes first.
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

struct Logger {
  explicit Logger(int first) : lines{first, 2, 3} { ++made; }
  std::vector<int> lines;
  static std::atomic<int> made;
};
std::atomic<int> Logger::made = 0;

std::once_flag once;
std::unique_ptr<Logger> by_once;

Logger& OnceLogger() {
  std::call_once(once, [] { by_once = std::make_unique<Logger>(1); });
  return *by_once;
}

Logger& StaticLogger() {
  static Logger logger(1);
  return logger;
}

void Use() {
  assert(OnceLogger().lines.size() == 3);
  assert(StaticLogger().lines.front() == 1);
}

int main() {
  std::vector<std::thread> users;
  for (int i = 0; i < 2; ++i) users.emplace_back(Use);
  Use();
  for (std::thread& user : users) user.join();
  assert(Logger::made == 2);
}
