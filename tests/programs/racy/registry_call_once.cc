// expect: data_race
// The look whether there is a registry is made outside call_once.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

class Registry {
 public:
  static Registry& Get() {
    if (instance_ == nullptr) {                                                 // bug
      std::call_once(flag_, [] { instance_ = std::make_unique<Registry>(); });  // bug
    }
    return *instance_;
  }
  int Lookup(const std::string& name) const { return values_.at(name); }

 private:
  std::map<std::string, int> values_ = {{"one", 1}, {"two", 2}};
  static std::once_flag flag_;
  static std::unique_ptr<Registry> instance_;
};
std::once_flag Registry::flag_;
std::unique_ptr<Registry> Registry::instance_;

int main() {
  std::thread other([] { Registry::Get().Lookup("one"); });
  const int two = Registry::Get().Lookup("two");
  other.join();
  return two == 2 ? 0 : 1;
}
