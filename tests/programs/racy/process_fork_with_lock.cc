// expect: deadlock
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
  if (fork() == 0) {
    mutex.lock();  // bug: its holder was not copied
    mutex.unlock();
    _exit(0);
  }
  logger.join();
  wait(nullptr);
  return 0;
}
