// expect: clean
// Memory that is still in somebody's hands when main returns: a list behind a global, a counted pointer with its
// counter above it, a thread_local's, a detached thread's own, and what a value of a key points to.
#include <pthread.h>
#include <sys/mman.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

struct Node {
  std::string text;
  Node* next;
};

std::mutex mutex;
std::condition_variable& never = *new std::condition_variable;  // the thread that is left waits on it to the end
Node* head = nullptr;
std::uint64_t counted = 0;
thread_local std::vector<int>* numbers = nullptr;
pthread_key_t key;

void Push(const char* text) {
  std::lock_guard<std::mutex> lock(mutex);
  head = new Node{text, head};
}

int main() {
  std::thread worker([] { Push("a text that is too long to be kept in the string itself"); });
  Push("another text that is too long to be kept in the string itself");
  worker.join();
  std::thread([] {
    auto own = std::make_unique<int>(7);
    std::unique_lock<std::mutex> lock(mutex);
    never.wait(lock, [&] { return *own == 8; });
  }).detach();
  counted = reinterpret_cast<std::uint64_t>(new int(3)) << 16 | 42;
  numbers = new std::vector<int>(100);
  pthread_key_create(&key, nullptr);
  pthread_setspecific(key, new int(4));
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<int**>(page) = new int(5);
}
