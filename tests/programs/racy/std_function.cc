// expect: data_race
// A callback is replaced while another thread may be calling it.
#include <functional>
#include <thread>

std::function<int(int)> callback = [](int x) { return x; };

int main() {
  std::thread worker([] {
    callback(1);  // bug
  });
  callback = [](int x) { return 2 * x; };  // bug
  worker.join();
  return callback(3) == 6 ? 0 : 1;
}
