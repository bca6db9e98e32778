// expect: data_race
// Different keys, one table.
#include <string>
#include <thread>
#include <unordered_map>

std::unordered_map<std::string, int> stock;

int main() {
  std::thread other([] {
    stock["pears"] = 2;  // bug
  });
  stock["apples"] = 1;  // bug
  other.join();
  return stock.size() == 2 ? 0 : 1;
}
