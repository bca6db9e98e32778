// expect: clean
// The callback keeps a share of the object.
#include <memory>
#include <string>
#include <thread>

class Session : public std::enable_shared_from_this<Session> {
 public:
  std::thread Send() {
    return std::thread([this, self = shared_from_this()] { sent_ += text_.size(); });
  }

 private:
  std::string text_ = "hello";
  std::size_t sent_ = 0;
};

int main() {
  auto session = std::make_shared<Session>();
  std::thread sender = session->Send();
  session.reset();
  sender.join();
}
