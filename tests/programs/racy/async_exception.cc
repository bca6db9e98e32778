// expect: crash
// The exception of a task comes out of get(), where nobody catches it.
#include <future>
#include <stdexcept>

int Divide(int a, int b) {
  if (b == 0) throw std::invalid_argument("division by zero");
  return a / b;
}

int main() {
  std::future<int> result = std::async(std::launch::async, Divide, 1, 0);
  return result.get();  // bug
}
