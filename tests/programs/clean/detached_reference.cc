// expect: clean
// A detached thread that owns all it touches; main waits for a signal, or not at all.
#include <cassert>
#include <future>
#include <memory>
#include <string>
#include <thread>

int main() {
  auto progress = std::make_shared<std::string>("started");
  std::promise<void> done;
  std::future<void> is_done = done.get_future();
  std::thread([progress, done = std::move(done)]() mutable {
    *progress = "done, with a text that is on the heap";
    done.set_value();
  }).detach();
  std::thread([] { std::string("nobody waits for this one").clear(); }).detach();
  is_done.wait();
  assert(progress->front() == 'd');
}
