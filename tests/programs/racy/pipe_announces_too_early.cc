// expect: data_race|output
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  int result = 0;
  std::thread worker([&] {
    if (write(ends[1], "x", 1) != 1) return;
    result = 9;  // bug: after the announcement
  });
  char c;
  if (read(ends[0], &c, 1) != 1) return 1;
  const int seen = result;  // bug: before it is there
  worker.join();
  close(ends[0]);
  close(ends[1]);
  return seen == 9 ? 0 : 1;
}
