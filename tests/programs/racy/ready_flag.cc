// expect: data_race
// A plain bool as the signal that the answer is there.
#include <cstdio>
#include <thread>

bool ready = false;
int answer = 0;

int main() {
  std::thread worker([] {
    answer = 42;
    ready = true;  // bug
  });
  for (int tries = 0; tries < 3 && !ready; ++tries) {  // bug
    std::this_thread::yield();
  }
  worker.join();
  std::printf("%d\n", answer);
}
