// expect: clean
// Callbacks with captured state, handed to the worker under a mutex and run outside it.
#include <cassert>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<std::function<std::string()>> callbacks;

int main() {
  std::string result;
  std::thread worker([&] {
    for (int done = 0; done < 2;) {
      std::function<std::string()> next;
      {
        std::lock_guard<std::mutex> lock(mutex);
        if (!callbacks.empty()) {
          next = std::move(callbacks.back());
          callbacks.pop_back();
        }
      }
      if (!next) {
        std::this_thread::yield();
        continue;
      }
      result += next();
      ++done;
    }
  });
  for (char c : {'a', 'b'}) {
    std::string text(40, c);
    std::lock_guard<std::mutex> lock(mutex);
    callbacks.push_back([text] { return text; });
  }
  worker.join();
  assert(result.size() == 80);
}
