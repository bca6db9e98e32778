// expect: assertion
#include <assert.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

int Send(int to, char name) { return write(to, &name, 1) == 1 && write(to, &name, 1) == 1 ? 0 : 1; }

int main(int count, char** arguments) {
  // Started by itself, it writes one record to its standard output.
  if (count > 1) return Send(1, arguments[1][0]);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  char worker_name[] = "a";
  char* worker[] = {arguments[0], worker_name, nullptr};
  if (posix_spawn(nullptr, "/proc/self/exe", &actions, nullptr, worker, environ) != 0) return 1;
  posix_spawn_file_actions_destroy(&actions);
  if (Send(ends[1], 'b') != 0) return 1;
  for (int i = 0; i < 2; ++i) {
    char record[2];
    if (read(ends[0], record, 1) != 1 || read(ends[0], record + 1, 1) != 1) return 1;
    assert(record[0] == record[1]);  // bug: records are written in two pieces
  }
  wait(nullptr);
  return 0;
}
