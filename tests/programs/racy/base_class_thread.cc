// expect: data_race|crash
// The base class starts a thread that calls a virtual function, while the derived class is still being constructed.
#include <thread>

class Task {
 public:
  Task() : thread_([this] { Run(); }) {}  // bug
  virtual ~Task() = default;
  void Join() { thread_.join(); }

 protected:
  virtual void Run() { result_ = -1; }  // bug
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
  Answer answer;  // bug
  answer.Join();
  return answer.Result() == 42 ? 0 : 1;
}
