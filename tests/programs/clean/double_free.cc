// expect: clean
// The one whose decrement reached zero deletes, after all others' work: release on the way down, acquire at the end.
#include <atomic>
#include <cassert>
#include <thread>

struct Shared {
  std::atomic<int> owners = 3;
  int notes[3] = {};
};

void Release(Shared* object, int me) {
  object->notes[me] = 1;
  if (object->owners.fetch_sub(1, std::memory_order_release) == 1) {
    std::atomic_thread_fence(std::memory_order_acquire);
    assert(object->notes[0] + object->notes[1] + object->notes[2] == 3);
    delete object;
  }
}

int main() {
  Shared* object = new Shared;
  std::thread a(Release, object, 1);
  std::thread b(Release, object, 2);
  Release(object, 0);
  a.join();
  b.join();
}
