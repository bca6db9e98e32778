// expect: misuse|data_race
// The worker notifies after it gave the mutex back; by then the waiter may have gone, and the condition variable with
// it.
#include <condition_variable>
#include <mutex>
#include <thread>

std::thread worker;

void RunOne() {
  std::mutex mutex;
  std::condition_variable finished;
  bool is_finished = false;
  worker = std::thread([&] {
    {
      std::lock_guard<std::mutex> lock(mutex);
      is_finished = true;
    }
    finished.notify_one();  // bug
  });
  std::unique_lock<std::mutex> lock(mutex);
  finished.wait(lock, [&] { return is_finished; });
}

int main() {
  RunOne();
  worker.join();
}
