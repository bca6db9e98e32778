// expect: clean
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>

int result = 0;

void Announce(const std::string& path) {
  const std::string unfinished = path + ".new";
  close(open(unfinished.c_str(), O_CREAT | O_WRONLY, 0600));
  rename(unfinished.c_str(), path.c_str());
}

int main(int, char** arguments) {
  const std::string path = std::string(arguments[0]) + ".done";
  std::thread worker([&] {
    result = 1;
    Announce(path);
  });
  struct stat status;
  while (stat(path.c_str(), &status) != 0) sched_yield();
  unlink(path.c_str());
  const bool is_there = result == 1;
  worker.join();
  return is_there ? 0 : 1;
}
