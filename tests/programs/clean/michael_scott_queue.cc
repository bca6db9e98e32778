// expect: clean
// Nodes that were taken off the queue are deleted when nobody uses it any more.
#include <atomic>
#include <thread>
#include <vector>

struct Node {
  int value = 0;
  std::atomic<Node*> next = nullptr;
};
std::atomic<Node*> head;
std::atomic<Node*> tail;

void Push(int value) {
  Node* node = new Node{value};
  for (;;) {
    Node* last = tail.load();
    Node* next = last->next.load();
    if (next != nullptr) {
      tail.compare_exchange_strong(last, next);
    } else if (last->next.compare_exchange_strong(next, node)) {
      tail.compare_exchange_strong(last, node);
      return;
    }
  }
}

// The retired nodes, of the thread that pops.
bool Pop(int* value, std::vector<Node*>* retired) {
  for (;;) {
    Node* first = head.load();
    Node* last = tail.load();
    Node* next = first->next.load();
    if (next == nullptr) return false;
    if (first == last) {
      tail.compare_exchange_strong(last, next);
    } else if (head.compare_exchange_strong(first, next)) {
      *value = next->value;
      retired->push_back(first);
      return true;
    }
  }
}

int main() {
  head = tail = new Node;
  Push(1);
  Push(2);
  int sums[2] = {};
  const auto consume = [&sums](int me, std::vector<Node*>* retired) {
    int value;
    while (Pop(&value, retired)) sums[me] += value;
  };
  std::vector<Node*> retired[2];
  std::thread other(consume, 0, &retired[0]);
  consume(1, &retired[1]);
  other.join();
  for (const std::vector<Node*>& nodes : retired) {
    for (Node* node : nodes) delete node;
  }
  delete head.load();
  return sums[0] + sums[1] == 3 ? 0 : 1;
}
