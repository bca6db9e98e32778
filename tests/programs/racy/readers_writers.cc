// expect: data_race
// A writer that takes the lock for reading only.
#include <map>
#include <shared_mutex>
#include <string>
#include <thread>

std::shared_mutex mutex;
std::map<std::string, int> prices = {{"tea", 2}};

int main() {
  std::thread writer([] {
    std::shared_lock<std::shared_mutex> lock(mutex);
    prices["tea"] = 3;  // bug
  });
  int price = 0;
  {
    std::shared_lock<std::shared_mutex> lock(mutex);
    price = prices.at("tea");  // bug
  }
  writer.join();
  return price >= 2 ? 0 : 1;
}
