// Stands in for the runtime's main: reads the orders, and lets the exercise's tests write whatever trace they like.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

// Defined by the tests of the fake exercise. Returns the exit status.
int WriteTrace(std::FILE* trace, const std::string& orders, const std::string& filter);

int main(int argc, char** argv) {
  const char* orders = std::getenv("RACECOURSE");
  const char* descriptor = orders == nullptr ? nullptr : std::strstr(orders, "trace_fd=");
  if (descriptor == nullptr || argc < 2) return 3;
  std::FILE* trace = fdopen(std::atoi(descriptor + std::strlen("trace_fd=")), "w");
  const int status = WriteTrace(trace, orders, argv[1] + std::strlen("--gtest_filter="));
  std::fclose(trace);
  return status;
}
