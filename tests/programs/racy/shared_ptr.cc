// expect: data_race
// The reference count is safe; the shared_ptr variable itself is not.
#include <memory>
#include <thread>

std::shared_ptr<int> current = std::make_shared<int>(1);

int main() {
  std::thread updater([] {
    current = std::make_shared<int>(2);  // bug
  });
  std::shared_ptr<int> mine = current;  // bug
  updater.join();
  return *mine > 0 ? 0 : 1;
}
