// expect: clean
// The reader announces what it reads and then looks whether it is still current.
#include <atomic>
#include <thread>

struct Config {
  int a;
  int b;
};

std::atomic<Config*> current = new Config{1, 1};
std::atomic<Config*> hazard = nullptr;

int Read() {
  Config* config = current.load();
  for (;;) {
    hazard.store(config);
    Config* again = current.load();
    if (again == config) break;
    config = again;
  }
  const int sum = config->a + config->b;
  hazard.store(nullptr);
  return sum;
}

void Replace(Config* fresh) {
  Config* old = current.exchange(fresh);
  while (hazard.load() == old) std::this_thread::yield();
  delete old;
}

int main() {
  std::thread writer([] { Replace(new Config{2, 2}); });
  const int sum = Read();
  writer.join();
  delete current.load();
  return sum == 2 || sum == 4 ? 0 : 1;
}
