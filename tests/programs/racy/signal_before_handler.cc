// expect: crash
// Starts the thread that sends the signal before it is ready for it.
#include <signal.h>
#include <unistd.h>

#include <thread>

volatile sig_atomic_t came = 0;

void Note(int) { came = 1; }

int main() {
  std::thread sender([] {
    kill(getpid(), SIGUSR1);  // bug
  });
  signal(SIGUSR1, Note);
  sender.join();  // bug
}
