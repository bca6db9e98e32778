// expect: clean
// Is ready for the signal before it starts the thread that sends it.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<int> came = 0;

void Note(int) { came = 1; }

int main() {
  signal(SIGUSR1, Note);
  std::thread sender([] { kill(getpid(), SIGUSR1); });
  sender.join();
}
