// expect: clean
// Double-checked locking with an atomic pointer.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct Config {
  int port = 8080;
};

std::mutex mutex;
std::atomic<Config*> instance = nullptr;

Config& GetConfig() {
  Config* config = instance.load(std::memory_order_acquire);
  if (config == nullptr) {
    std::lock_guard<std::mutex> lock(mutex);
    config = instance.load(std::memory_order_relaxed);
    if (config == nullptr) {
      config = new Config;
      instance.store(config, std::memory_order_release);
    }
  }
  return *config;
}

int main() {
  std::thread other([] { assert(GetConfig().port == 8080); });
  assert(GetConfig().port == 8080);
  other.join();
  delete instance.load();
}
