// expect: clean
// The derived class joins the thread in its own destructor.
#include <atomic>
#include <memory>
#include <string>
#include <thread>

class Server {
 public:
  virtual ~Server() {}
  void Start() {
    thread_ = std::thread([this] {
      while (!is_stopping_) Handle();
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
  ~EchoServer() override { Stop(); }

 protected:
  void Handle() override {
    text_ += 'x';
    std::this_thread::yield();
  }

 private:
  std::string text_;
};

int main() {
  auto server = std::make_unique<EchoServer>();
  server->Start();
  std::this_thread::yield();
  server.reset();
}
