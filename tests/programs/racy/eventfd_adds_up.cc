// expect: deadlock
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

int main() {
  const int counter = eventfd(0, 0);
  std::thread one([&] { eventfd_write(counter, 1); });
  std::thread two([&] { eventfd_write(counter, 1); });
  eventfd_t value;
  for (int i = 0; i < 2; ++i) eventfd_read(counter, &value);  // bug: one read may take both
  one.join();
  two.join();
  close(counter);
  return 0;
}
