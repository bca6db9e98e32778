// expect: clean
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

void Send(int to, char name) {
  const char record[2] = {name, name};
  if (write(to, record, 2) != 2) _exit(1);
}

int main() {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  for (const char name : {'a', 'b'}) {
    if (fork() == 0) {
      Send(ends[1], name);
      _exit(0);
    }
  }
  for (int i = 0; i < 2; ++i) {
    char record[2];
    if (read(ends[0], record, 1) != 1 || read(ends[0], record + 1, 1) != 1) return 1;
    assert(record[0] == record[1]);
  }
  while (wait(nullptr) > 0) {
  }
  return 0;
}
