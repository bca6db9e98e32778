// expect: data_race
// The pointer is swapped atomically, but what it points to is changed in place.
#include <atomic>
#include <memory>
#include <thread>

struct Settings {
  int volume = 5;
};

std::atomic<std::shared_ptr<Settings>> settings = std::make_shared<Settings>();

int main() {
  std::thread editor([] {
    settings.load()->volume = 7;  // bug
  });
  const int volume = settings.load()->volume;  // bug
  editor.join();
  return volume > 0 ? 0 : 1;
}
