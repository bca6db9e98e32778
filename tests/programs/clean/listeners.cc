// expect: clean
// The list is copied before it is walked, so a listener may remove itself.
#include <functional>
#include <list>
#include <mutex>
#include <thread>

std::recursive_mutex mutex;
std::list<std::function<void()>> listeners;
int calls = 0;

void Remove(std::list<std::function<void()>>::iterator which) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  listeners.erase(which);
}

void Notify() {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  const std::list<std::function<void()>> copy = listeners;
  for (const auto& listener : copy) listener();
}

int main() {
  listeners.emplace_back();
  const auto first = listeners.begin();
  *first = [first] {
    ++calls;
    Remove(first);
  };
  std::thread other([] {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    listeners.emplace_back([] { ++calls; });
  });
  Notify();
  other.join();
  return calls >= 1 ? 0 : 1;
}
