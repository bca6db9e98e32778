// expect: data_race
// "A second is surely enough for the worker to be done."
#include <chrono>
#include <thread>

int result = 0;

int main() {
  std::thread worker([] {
    result = 42;  // bug
  });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const int seen = result;  // bug
  worker.join();
  return seen >= 0 ? 0 : 1;
}
