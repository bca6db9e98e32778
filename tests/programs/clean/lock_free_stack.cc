// expect: clean
// Push as ever; the consumer takes the whole stack at once, so no node is shared while it is read.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  int value;
  Node* next;
};

std::atomic<Node*> top = nullptr;

void Push(int value) {
  Node* node = new Node{value, top.load(std::memory_order_relaxed)};
  while (!top.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

int TakeAll() {
  int sum = 0;
  Node* node = top.exchange(nullptr, std::memory_order_acquire);
  while (node != nullptr) {
    sum += node->value;
    Node* next = node->next;
    delete node;
    node = next;
  }
  return sum;
}

int main() {
  std::thread a([] {
    Push(1);
    Push(2);
  });
  std::thread b(Push, 4);
  int sum = TakeAll();
  a.join();
  b.join();
  sum += TakeAll();
  assert(sum == 7);
}
