// expect: clean
// Two threads write to one stream, one after the other.
#include <mutex>
#include <sstream>
#include <thread>

std::mutex mutex;
std::ostringstream report;

void Report(int number) {
  std::lock_guard lock(mutex);
  report << "number " << number << '\n';
}

int main() {
  std::thread other(Report, 1);
  Report(2);
  other.join();
  return report.str().size() == 18 ? 0 : 1;
}
