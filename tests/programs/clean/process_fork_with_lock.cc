// expect: clean
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

std::mutex mutex;

int main() {
  std::thread logger([] {
    const std::lock_guard lock(mutex);
    std::this_thread::yield();
  });
  logger.join();
  if (fork() == 0) {
    mutex.lock();
    mutex.unlock();
    _exit(0);
  }
  wait(nullptr);
  return 0;
}
