// expect: clean
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

void Log(int file, char name) {
  const char record[2] = {name, name};
  if (write(file, record, 2) != 2) _exit(1);
}

int main() {
  char path[] = "/tmp/racecourse_log_XXXXXX";
  const int file = mkstemp(path);
  for (const char name : {'a', 'b'}) {
    if (fork() == 0) {
      Log(file, name);
      _exit(0);
    }
  }
  while (wait(nullptr) > 0) {
  }
  char records[4];
  const bool is_whole = pread(file, records, 4, 0) == 4 && records[0] == records[1] && records[2] == records[3];
  unlink(path);
  assert(is_whole);
  return 0;
}
