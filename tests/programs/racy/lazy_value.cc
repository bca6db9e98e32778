// expect: data_race
// The value is made by whoever finds it missing, and nobody keeps two from finding it so.
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

class Primes {
 public:
  const std::vector<int>& Below100() {
    if (!primes_) {  // bug
      std::vector<int> found;
      for (int n = 2; n < 30; ++n) {
        bool is_prime = true;
        for (int p : found) is_prime &= n % p != 0;
        if (is_prime) found.push_back(n);
      }
      primes_ = std::move(found);  // bug
    }
    return *primes_;
  }

 private:
  std::mutex mutex_;
  std::optional<std::vector<int>> primes_;
};

int main() {
  Primes primes;
  std::thread other([&] { primes.Below100(); });
  const std::size_t count = primes.Below100().size();
  other.join();
  return count == 10 ? 0 : 1;
}
