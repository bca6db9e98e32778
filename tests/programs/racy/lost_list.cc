// expect: leak
// A list is emptied by forgetting its head. The strings and the nodes behind it are lost with it.
#include <mutex>
#include <string>
#include <thread>

struct Node {
  std::string text;
  Node* next;
};

std::mutex mutex;
Node* head = nullptr;

void Push(const char* text) {
  std::lock_guard<std::mutex> lock(mutex);
  head = new Node{text, head};  // bug
}

int main() {
  std::thread worker([] { Push("a text that is too long to be kept in the string itself"); });
  Push("another text that is too long to be kept in the string itself");
  worker.join();
  head = nullptr;
}
