// expect: clean
// Exceptions cross from tasks to their futures, thrown and caught many times in several threads at once.
#include <cassert>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

int Divide(int a, int b) {
  if (b == 0) throw std::invalid_argument("division of " + std::to_string(a) + " by zero");
  return a / b;
}

int main() {
  std::vector<std::future<int>> results;
  for (int b = 0; b < 3; ++b) results.push_back(std::async(std::launch::async, Divide, 6, b));
  int failures = 0;
  int sum = 0;
  for (std::future<int>& result : results) {
    try {
      sum += result.get();
    } catch (const std::invalid_argument& error) {
      assert(std::string(error.what()) == "division of 6 by zero");
      ++failures;
    }
  }
  assert(failures == 1 && sum == 9);
  std::promise<void> promise;
  std::future<void> future = promise.get_future();
  std::thread other([&] {
    try {
      throw 7;
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  bool is_caught = false;
  try {
    future.get();
  } catch (int number) {
    is_caught = number == 7;
  }
  other.join();
  assert(is_caught);
}
