// Every way for a program to end, named by its argument.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

static std::mutex mutex;
static std::atomic<int> destroyed = 0;

struct Loud {
  ~Loud() {
    std::scoped_lock lock(mutex);
    ++destroyed;
  }
};
static Loud global;
static std::vector<std::string> names = {"a name that is too long for the string object itself"};

// Runs after main, in the destructor of a global, as everything here does; checks that it does.
struct Worker {
  std::atomic<bool> stop = false;
  std::thread thread;
  ~Worker() {
    stop = true;
    if (thread.joinable()) thread.join();
  }
};
static Worker worker;

static void FailIfDestroyed() { assert(destroyed == 0); }

int main(int, char** argv) {
  const std::string way = argv[1];
  if (way == "handlers") {
    static Loud local;
    std::atexit(FailIfDestroyed);  // before the destructors
    return 0;
  }
  if (way == "joins_in_a_destructor") {
    worker.thread = std::thread([] {
      while (!worker.stop) std::this_thread::yield();
    });
    return 0;
  }
  if (way == "detached_uses_a_destroyed_global") {
    std::thread([] {
      volatile std::size_t length = names[0].size();
      (void)length;
    }).detach();
    return 0;
  }
  if (way == "detached_uses_nothing") {
    std::thread([] { std::this_thread::yield(); }).detach();
    return 0;
  }
  if (way == "fails_in_a_handler") {
    std::atexit([] { assert(false); });
    return 0;
  }
  if (way == "quick_exit") {
    std::atexit([] { assert(false); });
    std::at_quick_exit([] { assert(destroyed == 0); });
    std::quick_exit(0);
  }
  if (way == "exit_at_once") {
    std::atexit([] { assert(false); });
    _exit(0);
  }
  if (way == "exits_in_a_thread") {
    std::thread([] { std::exit(3); }).join();
    assert(false);
  }
  if (way == "exits_twice") {
    std::thread other([] { std::exit(0); });
    other.detach();
    std::exit(0);
  }
  if (way == "last_thread") {
    std::thread([] { std::this_thread::yield(); }).detach();
    std::atexit([] { assert(destroyed == 0); });
    pthread_exit(nullptr);
  }
  if (way == "always_fails") return 1;
  if (way == "sometimes_fails") {
    std::atomic<int> value = 0;
    std::thread other([&value] { value = value + 1; });
    value = value + 1;
    other.join();
    return value == 2 ? 0 : 1;
  }
  return 2;
}
