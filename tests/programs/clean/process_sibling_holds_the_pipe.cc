// expect: clean
#include <sys/wait.h>
#include <unistd.h>

// Each child reads its pipe to the end.
void Child(int in) {
  char c;
  while (read(in, &c, 1) > 0) {  // bug shows here
  }
  _exit(0);
}

int main() {
  int writers[2];
  for (int i = 0; i < 2; ++i) {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    if (fork() == 0) {
      close(ends[1]);
      if (i == 1) close(writers[0]);
      Child(ends[0]);
    }
    close(ends[0]);
    writers[i] = ends[1];
  }
  for (const int writer : writers) {
    write(writer, "x", 1);
    close(writer);
    wait(nullptr);  // bug: the second child still holds the write end of the first one's pipe
  }
  return 0;
}
