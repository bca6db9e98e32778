// expect: clean
// Looking something up moves it to the front of the list, under a lock that excludes everybody.
#include <list>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

class Cache {
 public:
  bool Get(int key, std::string* value) {
    std::unique_lock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return false;
    order_.splice(order_.begin(), order_, found->second);
    *value = found->second->second;
    return true;
  }
  void Put(int key, const std::string& value) {
    std::unique_lock lock(mutex_);
    order_.emplace_front(key, value);
    index_[key] = order_.begin();
    if (order_.size() > 2) {
      index_.erase(order_.back().first);
      order_.pop_back();
    }
  }

 private:
  std::shared_mutex mutex_;
  std::list<std::pair<int, std::string>> order_;
  std::map<int, std::list<std::pair<int, std::string>>::iterator> index_;
};

int main() {
  Cache cache;
  cache.Put(1, "one");
  cache.Put(2, "two");
  std::thread other([&] {
    std::string value;
    cache.Get(1, &value);
  });
  std::string value;
  cache.Get(2, &value);
  other.join();
  return value == "two" ? 0 : 1;
}
