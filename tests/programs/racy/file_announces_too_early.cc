// expect: data_race
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

int result = 0;

void Announce() {
  close(open("result.new", O_CREAT | O_WRONLY, 0600));
  rename("result.new", "result.done");
}

int main() {
  std::thread worker([] {
    Announce();
    result = 1;  // bug: announced before it is there
  });
  struct stat status;
  while (stat("result.done", &status) != 0) sched_yield();
  unlink("result.done");
  const bool is_there = result == 1;  // bug shows here
  worker.join();
  return is_there ? 0 : 1;
}
