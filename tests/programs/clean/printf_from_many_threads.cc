// expect: clean
// Threads print with printf, fputs and puts, to stdout and stderr, buffered and not.
#include <cstdio>
#include <thread>
#include <vector>

void Report(int id) {
  char line[64];
  std::snprintf(line, sizeof line, "worker %d: %.3f %s\n", id, id / 3.0, "text");
  std::fputs(line, stdout);
  std::printf("%5d|%-5d|%05x\n", id, id, id);
  std::fprintf(stderr, "%d\n", id);
  std::puts("line");
  std::fflush(stdout);
}

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) workers.emplace_back(Report, i);
  for (std::thread& worker : workers) worker.join();
}
