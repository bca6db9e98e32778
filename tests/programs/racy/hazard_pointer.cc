// expect: use_after_free
// The reader announces what it reads, but does not look whether it is still current: it may be retired already.
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
  hazard.store(config);
  const int sum = config->a + config->b;  // bug
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
