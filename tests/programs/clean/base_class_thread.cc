// expect: clean
// The thread is started when the object is complete.
#include <thread>

class Task {
 public:
  Task() = default;
  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  virtual ~Task() = default;
  void Join() { thread_.join(); }

 protected:
  virtual void Run() { result_ = -1; }
  int result_ = 0;

 private:
  std::thread thread_;
};

class Answer : public Task {
 public:
  int Result() const { return result_; }

 protected:
  void Run() override { result_ = 42; }
};

int main() {
  Answer answer;
  answer.Start();
  answer.Join();
  return answer.Result() == 42 ? 0 : 1;
}
