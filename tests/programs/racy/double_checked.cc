// expect: data_race
// Double-checked locking with a plain pointer.
#include <mutex>
#include <thread>

struct Config {
  int port = 8080;
};

std::mutex mutex;
Config* instance = nullptr;

Config& GetConfig() {
  if (instance == nullptr) {  // bug
    std::lock_guard<std::mutex> lock(mutex);
    if (instance == nullptr) instance = new Config;  // bug
  }
  return *instance;
}

int main() {
  std::thread other([] { GetConfig(); });
  const int port = GetConfig().port;
  other.join();
  delete instance;
  return port == 8080 ? 0 : 1;
}
