// expect: use_after_free|data_race
// The request is deleted when main is done with it, not when the worker is.
#include <thread>

struct Request {
  int size = 4;
};

int main() {
  Request* request = new Request;
  int size = 0;
  std::thread worker([&] {
    size = request->size;  // bug
  });
  delete request;
  worker.join();
  return size == 4 ? 0 : 1;
}
