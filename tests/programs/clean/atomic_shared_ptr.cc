// expect: clean
// Readers take a snapshot; the writer publishes a new object.
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

struct Settings {
  int volume;
  int brightness;
};

std::atomic<std::shared_ptr<const Settings>> settings = std::make_shared<const Settings>(Settings{5, 5});

void Read() {
  const std::shared_ptr<const Settings> snapshot = settings.load();
  assert(snapshot->volume == snapshot->brightness);
}

int main() {
  std::thread editor([] {
    settings.store(std::make_shared<const Settings>(Settings{7, 7}));
    std::shared_ptr<const Settings> old = settings.load();
    settings.compare_exchange_strong(old, std::make_shared<const Settings>(Settings{8, 8}));
  });
  std::thread reader(Read);
  Read();
  editor.join();
  reader.join();
  assert(settings.load()->volume == 8);
}
