// expect: data_race|double_free|use_after_free
// A hand-made reference count: decrement, then look again. Both owners may see zero.
#include <atomic>
#include <thread>

struct Shared {
  std::atomic<int> owners = 2;
};

void Release(Shared* object) {
  object->owners.fetch_sub(1);
  if (object->owners.load() == 0) delete object;  // bug
}

int main() {
  Shared* object = new Shared;
  std::thread other(Release, object);
  Release(object);
  other.join();
}
