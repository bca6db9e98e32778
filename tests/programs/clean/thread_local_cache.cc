// expect: clean
// Each thread has its own cache, made at first use and destroyed with the thread.
#include <atomic>
#include <cassert>
#include <thread>
#include <unordered_map>
#include <vector>

std::atomic<int> alive = 0;

struct Cache {
  Cache() { ++alive; }
  ~Cache() {
    for (const auto& [key, value] : squares) assert(value == key * key);
    --alive;
  }
  std::unordered_map<int, int> squares;
};

thread_local Cache cache;
thread_local int calls = 0;

int Square(int x) {
  ++calls;
  const auto found = cache.squares.find(x);
  if (found != cache.squares.end()) return found->second;
  return cache.squares[x] = x * x;
}

int main() {
  for (int round = 0; round < 2; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([i] {
        assert(calls == 0);
        for (int x = i; x < i + 3; ++x) Square(x);
        assert(Square(i + 1) == (i + 1) * (i + 1) && calls == 4);
      });
    }
    for (std::thread& thread : threads) thread.join();
    assert(alive == 0);
  }
}
