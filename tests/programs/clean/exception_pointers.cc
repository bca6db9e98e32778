// expect: clean
// Exceptions outlive the threads that throw them; whoever lets go last destroys them.
#include <cassert>
#include <exception>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
  ~Failure() override { details.clear(); }
  std::string details = "details that are too long for the small buffer";
};

std::mutex mutex;
std::exception_ptr first_failure;

void Work(int number) {
  try {
    if (number > 0) throw Failure("worker " + std::to_string(number) + " failed, and says so at some length");
  } catch (const Failure&) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!first_failure) first_failure = std::current_exception();
  }
}

int main() {
  std::vector<std::thread> workers;
  for (int i = 0; i < 3; ++i) workers.emplace_back(Work, i);
  std::promise<int> promise;
  std::future<int> result = promise.get_future();
  workers.emplace_back([promise = std::move(promise)]() mutable {
    try {
      throw Failure("the promise is not kept");
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  bool is_caught = false;
  try {
    result.get();
  } catch (const Failure& failure) {
    is_caught = failure.details.size() > 20 && std::string(failure.what()).front() == 't';
  }
  assert(is_caught);
  std::exception_ptr mine;
  {
    std::lock_guard<std::mutex> lock(mutex);
    mine = first_failure;
  }
  try {
    if (mine) std::rethrow_exception(mine);
  } catch (const Failure& failure) {
    assert(failure.details.size() > 20);
  }
  mine = nullptr;
  for (std::thread& worker : workers) worker.join();
}
