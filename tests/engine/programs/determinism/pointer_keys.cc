// The order of a hash table whose keys are pointers to the heap, the stack of a thread, and thread handles.
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "note.h"

struct Node {
  int value;
};

std::mutex mutex;
std::unordered_map<const void*, int> by_pointer;
std::set<const void*> ordered;

void Work(int me) {
  std::vector<std::unique_ptr<Node>> nodes;
  int local = me;
  for (int i = 0; i < 5; ++i) nodes.push_back(std::make_unique<Node>(Node{me * 10 + i}));
  std::lock_guard<std::mutex> lock(mutex);
  by_pointer[&local] = me;
  for (const auto& node : nodes) {
    by_pointer[node.get()] = node->value;
    ordered.insert(node.get());
  }
  for (const auto& [key, value] : by_pointer) Note(static_cast<unsigned>(value));
  Note(std::hash<std::thread::id>()(std::this_thread::get_id()));
  Note(reinterpret_cast<std::uintptr_t>(*ordered.begin()));
  Note(reinterpret_cast<std::uintptr_t>(&local));
}

int main() {
  std::thread a(Work, 1);
  std::thread b(Work, 2);
  a.join();
  b.join();
}
