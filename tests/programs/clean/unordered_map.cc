// expect: clean
// Readers need no lock while nobody writes; a table per thread is merged at the end.
#include <cassert>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

int main() {
  const std::unordered_map<std::string, int> prices = {{"apples", 3}, {"pears", 4}};
  std::vector<std::unordered_map<std::string, int>> sales(2);
  std::vector<std::thread> shops;
  for (int i = 0; i < 2; ++i) {
    shops.emplace_back([&, i] {
      for (const char* fruit : {"apples", "pears", "apples"}) sales[i][fruit] += prices.at(fruit);
    });
  }
  for (std::thread& shop : shops) shop.join();
  int total = 0;
  for (const auto& table : sales) {
    for (const auto& [fruit, sum] : table) total += sum;
  }
  assert(total == 20);
}
