// expect: data_race
// The actor's state is asked for directly instead of by a message.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

class Counter {
 public:
  Counter() : thread_([this] { Run(); }) {}
  ~Counter() {
    Send(0);
    thread_.join();
  }
  void Send(int amount) {
    std::lock_guard<std::mutex> lock(mutex_);
    mailbox_.push(amount);
    arrived_.notify_one();
  }
  int Total() const {
    return total_;  // bug
  }

 private:
  void Run() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      arrived_.wait(lock, [this] { return !mailbox_.empty(); });
      const int amount = mailbox_.front();
      mailbox_.pop();
      lock.unlock();
      if (amount == 0) return;
      total_ += amount;  // bug
    }
  }
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<int> mailbox_;
  int total_ = 0;
  std::thread thread_;
};

int main() {
  Counter counter;
  counter.Send(3);
  return counter.Total() <= 3 ? 0 : 1;
}
