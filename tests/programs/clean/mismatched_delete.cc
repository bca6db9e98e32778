// expect: clean
// The buffer is handed to whoever is done with it last; the worker releases it as it was made.
#include <atomic>
#include <thread>

int main() {
  int* buffer = new int[16];
  for (int i = 0; i < 16; ++i) buffer[i] = i;
  std::atomic<int> users = 2;
  std::thread worker([&] {
    if (users.fetch_sub(1) == 1) delete[] buffer;
  });
  if (users.fetch_sub(1) == 1) delete[] buffer;
  worker.join();
}
