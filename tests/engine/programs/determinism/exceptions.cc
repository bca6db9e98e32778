// Exceptions thrown, caught, nested, rethrown in several threads, and carried across std::async.
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "note.h"

struct Guard {
  ~Guard() { Note(static_cast<unsigned>(std::uncaught_exceptions()) + 100); }
};

int Fail(int depth) {
  Guard guard;
  if (depth == 0) throw std::runtime_error("from " + std::string(__FILE__).substr(sizeof __FILE__ - 14));
  return Fail(depth - 1) + 1;
}

void Work(int me) {
  try {
    try {
      Fail(me);
    } catch (const std::exception& error) {
      Note(std::string(error.what()).size());
      std::throw_with_nested(std::logic_error("outer"));
    }
  } catch (const std::exception& error) {
    try {
      std::rethrow_if_nested(error);
    } catch (const std::runtime_error& inner) {
      Note(std::string(inner.what()).size() + 50);
    }
  }
}

int main() {
  std::future<int> task = std::async(std::launch::async, Fail, 2);
  std::thread other(Work, 3);
  Work(1);
  try {
    Note(static_cast<unsigned>(task.get()));
  } catch (const std::runtime_error& error) {
    Note(std::string(error.what()).size() + 9);
  }
  other.join();
}
