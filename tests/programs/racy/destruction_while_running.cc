// expect: data_race|use_after_free|crash|misuse
// The destructor of the base class joins the thread: by then the derived class is gone, and the virtual call goes
// wrong.
#include <atomic>
#include <memory>
#include <string>
#include <thread>

class Server {
 public:
  virtual ~Server() { Stop(); }
  void Start() {
    thread_ = std::thread([this] {
      while (!is_stopping_) Handle();  // bug
    });
  }

 protected:
  void Stop() {
    is_stopping_ = true;
    thread_.join();
  }
  virtual void Handle() {}

 private:
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

class EchoServer : public Server {
 public:
  ~EchoServer() override {}

 protected:
  void Handle() override {
    text_ += 'x';  // bug
    std::this_thread::yield();
  }

 private:
  std::string text_;
};

int main() {
  auto server = std::make_unique<EchoServer>();
  server->Start();
  std::this_thread::yield();
  server.reset();  // bug
}
