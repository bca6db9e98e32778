// expect: data_race
// The flag is atomic, but relaxed: it does not carry the message with it.
#include <atomic>
#include <string>
#include <thread>

std::string message;
std::atomic<bool> sent = false;

int main() {
  std::thread sender([] {
    message = "a text that is too long for the small string buffer";
    sent.store(true, std::memory_order_relaxed);
  });
  while (!sent.load(std::memory_order_relaxed)) {
  }
  const bool is_long = message.size() > 10;  // bug
  sender.join();
  return is_long ? 0 : 1;
}
