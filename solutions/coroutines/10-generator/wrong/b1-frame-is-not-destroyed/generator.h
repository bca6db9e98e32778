// expect: assertion|leak check=frames
//
// The error: nobody destroys the frame. With it stay its parameters, its local variables and its memory.

#ifndef GENERATOR_H_
#define GENERATOR_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// A sequence of values that a coroutine yields. It can be moved, not copied.
template <class T>
class Generator {
 public:
  struct promise_type {
    Generator get_return_object() { return Generator(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    // The frame outlives the last value, so that done() can be asked. The Generator destroys it.
    std::suspend_always final_suspend() noexcept { return {}; }
    // What is yielded, be it a temporary, lives until the co_yield expression is over, which is when the coroutine goes
    // on. Until then a pointer is enough.
    std::suspend_always yield_value(const T& value) noexcept {
      current = std::addressof(value);
      return {};
    }
    void return_void() noexcept {}
    // The coroutine is at its end; the exception comes out of resume().
    void unhandled_exception() { throw; }

    const T* current = nullptr;
  };

  // An input iterator: `*it` is the current value, `++it` goes on to the next one. It knows the frame, not the
  // Generator, which may be moved meanwhile.
  struct iterator {
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    const T& operator*() const { return *handle.promise().current; }
    iterator& operator++() {
      handle.resume();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return handle.done(); }

    std::coroutine_handle<promise_type> handle;
  };

  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~Generator() = default;

  // Runs to the first value.   REQUIRES: called once.
  iterator begin() {
    handle_.resume();
    return {handle_};
  }
  std::default_sentinel_t end() noexcept { return {}; }

 private:
  explicit Generator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;  // null: moved from
};

// A node of a binary tree. Leave this as it is.
struct Tree {
  int value = 0;
  const Tree* left = nullptr;
  const Tree* right = nullptr;
};

// The values of a tree (null: an empty one) from left to right. The way back up is kept in the frame: with a generator
// for each subtree, every value would have to be passed up through all of them, on a stack as deep as the tree.
inline Generator<int> inorder(const Tree* tree) {
  std::vector<const Tree*> way_up;
  while (tree != nullptr || !way_up.empty()) {
    for (; tree != nullptr; tree = tree->left) way_up.push_back(tree);
    tree = way_up.back();
    way_up.pop_back();
    co_yield tree->value;
    tree = tree->right;
  }
}

// The words of a text, which one or more spaces separate. The frame has a text of its own.
inline Generator<std::string> words(std::string text) {
  std::string word;
  for (const char c : text) {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      co_yield word;
      word.clear();
    }
  }
  if (!word.empty()) co_yield word;
}

#endif  // GENERATOR_H_
