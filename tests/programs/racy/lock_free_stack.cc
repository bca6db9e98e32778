// expect: use_after_free|data_race|assertion|double_free
// Pop reads the next node of a node that another thread may have popped and deleted (and reused: the ABA problem).
#include <atomic>
#include <thread>

struct Node {
  int value;
  Node* next;
};

std::atomic<Node*> top = nullptr;

void Push(int value) {
  Node* node = new Node{value, top.load()};
  while (!top.compare_exchange_weak(node->next, node)) {
  }
}

int Pop() {
  Node* node = top.load();
  while (node != nullptr && !top.compare_exchange_weak(node, node->next)) {  // bug
  }
  if (node == nullptr) return 0;
  const int value = node->value;
  delete node;  // bug
  return value;
}

int main() {
  Push(1);
  Push(2);
  std::thread other([] { Pop(); });
  Pop();
  other.join();
}
