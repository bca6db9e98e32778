// expect: misuse
// The early return unlocks by hand what the guard unlocks once more.
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> items = {1};

bool Take(int* item) {
  std::lock_guard lock(mutex);  // bug
  if (items.empty()) {
    mutex.unlock();
    return false;
  }
  *item = items.back();
  items.pop_back();
  return true;
}  // bug

int main() {
  int theirs;
  int mine;
  bool they_have_it = false;
  std::thread other([&] { they_have_it = Take(&theirs); });
  const bool i_have_it = Take(&mine);
  other.join();
  return they_have_it != i_have_it ? 0 : 1;
}
