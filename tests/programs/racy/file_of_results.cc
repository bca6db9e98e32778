// expect: data_race
// Each line is written under the lock, but the end of the file is not.
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
      file << line << '\n';  // bug
    });
  }
  file << "end\n";  // bug
  for (std::thread& thread : threads) thread.join();
}
