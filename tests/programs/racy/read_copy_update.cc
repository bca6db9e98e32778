// expect: use_after_free|data_race
// The writer deletes the old table as soon as the new one is in place, while readers may still look at it.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using Table = std::vector<int>;
std::atomic<Table*> table = new Table{1, 2, 3};

int Sum() {
  const Table& now = *table.load();
  int sum = 0;
  for (int value : now) sum += value;  // bug
  return sum;
}

void Append(int value) {
  auto* fresh = new Table(*table.load());
  fresh->push_back(value);
  delete table.exchange(fresh);  // bug
}

int main() {
  std::thread writer(Append, 4);
  const int sum = Sum();
  writer.join();
  delete table.load();
  return sum == 6 || sum == 10 ? 0 : 1;
}
