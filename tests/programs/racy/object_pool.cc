// expect: data_race
// An object is given back before its user is done with it.
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

class Pool {
 public:
  std::unique_ptr<std::string> Take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<std::string>();
    std::unique_ptr<std::string> object = std::move(free_.back());
    free_.pop_back();
    return object;
  }
  void GiveBack(std::unique_ptr<std::string> object) {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(object));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::string>> free_;
};
Pool pool;

void Serve(char letter) {
  std::unique_ptr<std::string> buffer = pool.Take();
  std::string* text = buffer.get();
  pool.GiveBack(std::move(buffer));
  text->assign(1, letter);
  text->push_back('!');  // bug
}

int main() {
  std::thread a(Serve, 'a');
  std::thread b(Serve, 'b');
  a.join();
  b.join();
}
