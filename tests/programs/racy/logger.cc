// expect: assertion
// The logger's thread stops at once when it is told to, whatever is still in the queue.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <string>
#include <thread>

class Logger {
 public:
  Logger() : thread_([this] { Run(); }) {}
  ~Logger() {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
    assert(lines_.empty());  // bug
  }
  void Log(std::string line) {
    std::lock_guard lock(mutex_);
    lines_.push(std::move(line));
    changed_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return is_stopping_ || !lines_.empty(); });
      if (is_stopping_) return;
      const std::string line = std::move(lines_.front());
      lines_.pop();
      lock.unlock();
      written_ += line;
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::string> lines_;
  bool is_stopping_ = false;
  std::string written_;
  std::thread thread_;  // the last member: it uses the others
};

int main() {
  Logger logger;
  std::thread other([&] { logger.Log("from a thread\n"); });
  logger.Log("from main\n");
  other.join();
}
