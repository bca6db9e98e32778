// Uses templates that the engine may use as well. Which object comes first on the link line must not decide whose
// instance, the instrumented one or the engine's, the program gets.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> numbers;
std::vector<std::string> names;
std::vector<std::unique_ptr<int>> owned;
std::function<void(int)> add = [](int number) { numbers.push_back(number); };

void Work(int me) {
  for (int i = 0; i < 20; ++i) {
    std::lock_guard<std::mutex> lock(mutex);
    add(me * 100 + i);
    names.push_back(std::to_string(i));
    owned.push_back(std::make_unique<int>(i));
    std::sort(numbers.begin(), numbers.end());
  }
}

int main(int argc, char**) {
  std::thread other(Work, 1);
  Work(2);
  if (argc > 1) {
    numbers.reserve(1000);
    numbers.push_back(5);  // races with the other thread's
  }
  other.join();
}
