// expect: use_after_free|data_race
// A detached thread writes to a variable of main's after main stopped caring.
#include <thread>

int main() {
  int progress = 0;
  std::thread worker([&] {
    progress = 100;  // bug
  });
  worker.detach();
  return progress > 100 ? 1 : 0;  // bug
}
