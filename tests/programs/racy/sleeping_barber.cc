// expect: deadlock|lost_wakeup
// A customer who finds no chair leaves without a word, and the barber waits for as many as were to come.
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

constexpr int kChairs = 1;
constexpr int kCustomers = 2;
std::mutex mutex;
int waiting = 0;
int left = 0;
std::counting_semaphore<kCustomers> customers(0);
std::counting_semaphore<kCustomers> haircuts(0);

void Customer() {
  {
    std::unique_lock lock(mutex);
    if (waiting == kChairs) {
      ++left;
      return;
    }
    ++waiting;
  }
  customers.release();
  haircuts.acquire();
}

void Barber() {
  for (int i = 0; i < kCustomers; ++i) {
    customers.acquire();  // bug
    std::lock_guard lock(mutex);
    if (waiting == 0) continue;
    --waiting;
    haircuts.release();
  }
}

int main() {
  std::thread barber(Barber);
  std::vector<std::thread> threads;
  for (int i = 0; i < kCustomers; ++i) threads.emplace_back(Customer);
  for (std::thread& thread : threads) thread.join();
  barber.join();
}
