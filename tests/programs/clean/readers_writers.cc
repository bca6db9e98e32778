// expect: clean
// Two readers and two writers on a map under a shared_mutex.
#include <cassert>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

std::shared_mutex mutex;
std::map<std::string, int> prices = {{"tea", 2}};

void Raise(const std::string& drink) {
  std::unique_lock<std::shared_mutex> lock(mutex);
  prices[drink] += 1;
}

int Look(const std::string& drink) {
  std::shared_lock<std::shared_mutex> lock(mutex);
  const auto found = prices.find(drink);
  return found == prices.end() ? 0 : found->second;
}

int main() {
  std::thread a(Raise, "tea");
  std::thread b(Raise, "coffee");
  std::thread reader([] { assert(Look("coffee") <= 1); });
  assert(Look("tea") >= 2);
  a.join();
  b.join();
  reader.join();
  assert(Look("tea") == 3 && Look("coffee") == 1);
}
