// expect: clean
// Each thread has its own copy; the last one to let go destroys the object.
#include <cassert>
#include <memory>
#include <thread>
#include <vector>

struct Document {
  ~Document() { text.clear(); }
  std::vector<int> text = {1, 2, 3};
};

int main() {
  auto document = std::make_shared<Document>();
  std::weak_ptr<Document> watcher = document;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([document] {
      std::shared_ptr<Document> copy = document;
      assert(copy->text.size() == 3);
    });
  }
  document.reset();
  if (auto still_there = watcher.lock()) assert(still_there->text.front() == 1);
  for (std::thread& reader : readers) reader.join();
  readers.clear();
  assert(watcher.expired());
}
