// expect: data_race
// Two threads make the one logger.
#include <memory>
#include <thread>

struct Logger {
  int lines = 0;
};

std::unique_ptr<Logger> logger;

Logger& GetLogger() {
  if (!logger) logger = std::make_unique<Logger>();  // bug
  return *logger;
}

int main() {
  std::thread other([] { GetLogger(); });
  GetLogger();
  other.join();
}
