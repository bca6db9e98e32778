// expect: clean
// Readers hold a share of the table that they look at.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using Table = std::vector<int>;
std::atomic<std::shared_ptr<const Table>> table = std::make_shared<const Table>(Table{1, 2, 3});

int Sum() {
  const std::shared_ptr<const Table> held = table.load();
  const Table& now = *held;
  int sum = 0;
  for (int value : now) sum += value;
  return sum;
}

void Append(int value) {
  auto fresh = std::make_shared<Table>(*table.load());
  fresh->push_back(value);
  table.store(fresh);
}

int main() {
  std::thread writer(Append, 4);
  const int sum = Sum();
  writer.join();
  return sum == 6 || sum == 10 ? 0 : 1;
}
