// A global object whose constructor starts a thread, before anybody schedules it.
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <queue>
#include <thread>

class Worker {
 public:
  Worker() : thread_([this] { Run(); }) {}
  ~Worker() {
    Submit(nullptr);
    thread_.join();
  }
  void Submit(std::function<void()> task) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push(std::move(task));
    }
    arrived_.notify_one();
  }

 private:
  void Run() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      arrived_.wait(lock, [this] { return !tasks_.empty(); });
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop();
      lock.unlock();
      if (task == nullptr) return;
      task();
    }
  }
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<std::function<void()>> tasks_;
  std::thread thread_;
};

Worker worker;

int main() {
  std::promise<int> promise;
  worker.Submit([&] { promise.set_value(3); });
  return promise.get_future().get() == 3 ? 0 : 1;
}
