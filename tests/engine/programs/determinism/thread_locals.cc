// thread_local variables with constructors and destructors, errno, keys, and threads that reuse the places of others.
#include <pthread.h>

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "note.h"

std::atomic<int> alive;

struct Tracked {
  Tracked() { Note(static_cast<unsigned>(++alive)); }
  ~Tracked() { Note(static_cast<unsigned>(--alive) + text.size()); }
  std::string text = "some text";
};

thread_local Tracked tracked;
thread_local int plain = 3;
thread_local std::vector<int> list;

void Work(int me) {
  Note(static_cast<unsigned>(plain++));
  tracked.text += 'x';
  Note(tracked.text.size());
  list.push_back(me);
  Note(list.size());
  Note(static_cast<unsigned>(errno));
  errno = me;
}

int main() {
  pthread_key_t key;
  pthread_key_create(&key, [](void* value) { Note(static_cast<unsigned>(*static_cast<int*>(value))); });
  Note(key);
  int values[2] = {7, 8};
  for (int round = 0; round < 2; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        Note(pthread_getspecific(key) == nullptr);
        pthread_setspecific(key, &values[i]);
        Work(i + 1);
      });
    }
    Work(5);
    for (std::thread& thread : threads) thread.join();
  }
}
