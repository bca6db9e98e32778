// expect: clean
// Strings, short and long, move from thread to thread through a queue.
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
std::deque<std::string> inbox;

void Send(std::string mail) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    inbox.push_back(std::move(mail));
  }
  not_empty.notify_one();
}

std::string Receive() {
  std::unique_lock<std::mutex> lock(mutex);
  not_empty.wait(lock, [] { return !inbox.empty(); });
  std::string mail = std::move(inbox.front());
  inbox.pop_front();
  return mail;
}

int main() {
  std::thread sender([] {
    Send("short");
    Send(std::string(100, 'y'));
  });
  std::string all = Receive();
  all += Receive();
  sender.join();
  assert(all.size() == 105);
}
