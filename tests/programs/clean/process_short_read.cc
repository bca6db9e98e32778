// expect: clean
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  std::vector<char> text(100000, 'x');
  if (fork() == 0) {
    close(ends[0]);
    if (write(ends[1], text.data(), text.size()) != 100000) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  std::vector<char> got(text.size());
  long size = 0;
  for (long part; (part = read(ends[0], got.data() + size, got.size() - size)) > 0;) size += part;
  assert(size == 100000);
  close(ends[0]);
  wait(nullptr);
  return 0;
}
