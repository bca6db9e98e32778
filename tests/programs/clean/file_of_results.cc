// expect: clean
// Each line and the end of the file are written under the lock.
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

std::mutex mutex;

int main() {
  std::ofstream file("/dev/null");
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      const std::string line = "result " + std::to_string(i * i);
      std::lock_guard lock(mutex);
      file << line << '\n';
    });
  }
  {
    std::lock_guard lock(mutex);
    file << "end\n";
  }
  for (std::thread& thread : threads) thread.join();
}
