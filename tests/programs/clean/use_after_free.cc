// expect: clean
// The worker owns the request, and its memory may at once belong to somebody else.
#include <cassert>
#include <memory>
#include <thread>

struct Request {
  explicit Request(int size) : size(size) {}
  int size;
};

int main() {
  for (int round = 0; round < 2; ++round) {
    auto request = std::make_unique<Request>(4);
    auto answer = std::make_unique<int>(0);
    std::thread worker([mine = std::move(request), answer = answer.get()] { *answer = mine->size; });
    auto other = std::make_unique<Request>(5);
    assert(other->size == 5);
    worker.join();
    assert(*answer == 4);
  }
}
