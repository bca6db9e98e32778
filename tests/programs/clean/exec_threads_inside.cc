// expect: clean
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

int total = 0;
std::mutex mutex;

int Work() {
  const auto add = [] {
    std::lock_guard lock(mutex);
    ++total;
  };
  std::thread one(add);
  std::thread two(add);
  one.join();
  two.join();
  return total;
}

int main(int count, char** arguments) {
  if (count > 1) return Work();
  if (fork() == 0) {
    execl("/proc/self/exe", arguments[0], "worker", nullptr);
    _exit(127);
  }
  int status = 0;
  wait(&status);
  assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
  return 0;
}
