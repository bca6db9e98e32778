// expect: data_race
// Two threads write to one stream, which is not one of the standard ones.
#include <mutex>
#include <sstream>
#include <thread>

std::mutex mutex;
std::ostringstream report;

void Report(int number) {
  report << "number " << number << '\n';  // bug
}

int main() {
  std::thread other(Report, 1);
  Report(2);
  other.join();
  return report.str().size() == 18 ? 0 : 1;
}
