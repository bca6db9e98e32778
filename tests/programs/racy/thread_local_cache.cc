// expect: data_race
// The cache was meant to be each thread's own; the keyword is missing.
#include <thread>
#include <unordered_map>

std::unordered_map<int, int> cache;

int Square(int x) {
  const auto found = cache.find(x);  // bug
  if (found != cache.end()) return found->second;
  return cache[x] = x * x;  // bug
}

int main() {
  int sum = 0;
  std::thread other([] { Square(3); });
  sum += Square(2);
  other.join();
  return sum == 4 ? 0 : 1;
}
