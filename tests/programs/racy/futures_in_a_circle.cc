// expect: deadlock|lost_wakeup
// Each task waits for the other's result.
#include <future>
#include <thread>

int main() {
  std::promise<int> a;
  std::promise<int> b;
  std::thread other([&] {
    a.set_value(b.get_future().get() + 1);  // bug
  });
  b.set_value(a.get_future().get() + 1);  // bug
  other.join();
}
