// expect: data_race
// One mutex per account, and one transfer that takes the neighbour's.
#include <mutex>
#include <thread>
#include <vector>

constexpr int kAccounts = 10'000;
std::vector<std::mutex> mutexes(kAccounts);
std::vector<int> balances(kAccounts);

void AddTo(int account, int mutex) {
  std::lock_guard<std::mutex> lock(mutexes[mutex]);
  ++balances[account];  // bug
}

int main() {
  std::thread clerk([] { AddTo(7000, 7001); });
  AddTo(7000, 7000);
  clerk.join();
  return balances[7000] == 2 ? 0 : 1;
}
