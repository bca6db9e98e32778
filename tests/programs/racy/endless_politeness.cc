// expect: livelock
// Each spins until the other has gone first.
#include <atomic>
#include <thread>

std::atomic<bool> a_has_gone = false;
std::atomic<bool> b_has_gone = false;

int main() {
  std::thread a([] {
    while (!b_has_gone) std::this_thread::yield();  // bug
    a_has_gone = true;
  });
  std::thread b([] {
    while (!a_has_gone) {  // bug
    }
    b_has_gone = true;
  });
  a.join();
  b.join();
}
