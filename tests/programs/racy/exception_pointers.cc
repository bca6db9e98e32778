// expect: data_race
// Rethrowing an exception_ptr does not copy the exception: both handlers write to the same object.
#include <exception>
#include <string>
#include <thread>

struct Failure {
  int times_seen = 0;
};

void Handle(const std::exception_ptr& pointer) {
  try {
    std::rethrow_exception(pointer);
  } catch (Failure& failure) {
    ++failure.times_seen;  // bug
  }
}

int main() {
  const std::exception_ptr pointer = std::make_exception_ptr(Failure{});
  std::thread other(Handle, pointer);
  Handle(pointer);
  other.join();
}
