// Reference counts, call_once, local statics, futures, condition variables with timeouts, barriers and latches.
#include <barrier>
#include <condition_variable>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>

#include "note.h"

std::once_flag once;
std::shared_ptr<int> shared;
std::barrier<> meeting(2);
std::latch gate(2);
std::counting_semaphore<2> tokens(1);
std::shared_mutex shared_mutex;
std::mutex mutex;
std::condition_variable changed;
bool is_set = false;

int Slow() {
  static const int value = [] {
    std::this_thread::yield();
    return 11;
  }();
  return value;
}

void Work(int me) {
  std::call_once(once, [] { shared = std::make_shared<int>(4); });
  std::shared_ptr<int> copy = shared;
  Note(static_cast<unsigned>(copy.use_count()));
  Note(static_cast<unsigned>(Slow()));
  gate.arrive_and_wait();
  meeting.arrive_and_wait();
  tokens.acquire();
  tokens.release();
  {
    std::shared_lock<std::shared_mutex> reading(shared_mutex);
    Note(static_cast<unsigned>(me));
  }
  std::unique_lock<std::mutex> lock(mutex);
  if (me == 1) {
    is_set = true;
    changed.notify_one();
  } else {
    Note(changed.wait_for(lock, std::chrono::milliseconds(10), [] { return is_set; }));
  }
}

int main() {
  std::thread other(Work, 1);
  Work(2);
  other.join();
  std::promise<int> promise;
  std::thread setter([&] { promise.set_value(3); });
  Note(static_cast<unsigned>(promise.get_future().get()));
  setter.join();
}
