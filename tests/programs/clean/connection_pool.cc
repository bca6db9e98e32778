// expect: clean
// If no connection gets free in time the request is given up.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

struct Connection {
  int requests = 0;
};

class Pool {
 public:
  Connection* Take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 100ms, [this] { return !is_taken_; })) return nullptr;
    is_taken_ = true;
    return &connection_;
  }
  void GiveBack() {
    std::lock_guard lock(mutex_);
    is_taken_ = false;
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Connection connection_;
  bool is_taken_ = false;
};

int main() {
  Pool pool;
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      Connection* connection = pool.Take();
      if (connection == nullptr) return;
      ++connection->requests;
      std::this_thread::sleep_for(1ms);
      pool.GiveBack();
    });
  }
  for (std::thread& client : clients) client.join();
}
