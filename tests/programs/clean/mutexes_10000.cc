// expect: clean
// 10,000 mutexes, all of them locked by one thread and some by the other.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

constexpr int kAccounts = 10'000;
std::vector<std::mutex> mutexes(kAccounts);
std::vector<int> balances(kAccounts);

void PayInterest(int step) {
  for (int i = 0; i < kAccounts; i += step) {
    std::lock_guard<std::mutex> lock(mutexes[i]);
    ++balances[i];
  }
}

int main() {
  std::thread clerk(PayInterest, 1);
  PayInterest(1000);
  clerk.join();
  for (int i = 0; i < kAccounts; ++i) assert(balances[i] == (i % 1000 == 0 ? 2 : 1));
}
