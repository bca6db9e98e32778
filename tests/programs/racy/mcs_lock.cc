// expect: livelock|deadlock|use_after_free
// A queue lock whose holder thinks nobody follows when the follower has not linked itself yet.
#include <atomic>
#include <thread>

struct Place {
  std::atomic<Place*> next = nullptr;
  std::atomic<bool> must_wait = false;
};
std::atomic<Place*> last = nullptr;
int value = 0;

void Lock(Place* mine) {
  mine->next = nullptr;
  mine->must_wait = true;
  Place* before = last.exchange(mine);
  if (before == nullptr) return;
  before->next = mine;  // bug
  while (mine->must_wait) std::this_thread::yield();  // bug
}

void Unlock(Place* mine) {
  Place* expected = mine;
  if (mine->next == nullptr) {
    last.compare_exchange_strong(expected, nullptr);
    return;
  }
  mine->next.load()->must_wait = false;
}

void Add() {
  Place mine;
  Lock(&mine);
  ++value;
  Unlock(&mine);
}

int main() {
  std::thread a(Add);
  std::thread b(Add);
  a.join();
  b.join();
  return value == 2 ? 0 : 1;
}
