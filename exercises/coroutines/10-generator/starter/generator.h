// A generator: what you submit. Read README.md first.
//
// This version compiles. But it runs the whole coroutine when it is made, and keeps all values in a list.
// Your task is to let it run only as far as somebody asks for values.

#ifndef GENERATOR_H_
#define GENERATOR_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

// A sequence of values that a coroutine yields. It can be moved, not copied.
template <class T>
class Generator {
 public:
  struct promise_type {
    Generator get_return_object() { return Generator(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_never yield_value(T value) {
      values.push_back(std::move(value));
      return {};
    }
    void return_void() {}
    void unhandled_exception() { throw; }

    std::vector<T> values;
  };

  // An input iterator: `*it` is the current value, `++it` goes on to the next one.
  struct iterator {
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    const T& operator*() const { return handle.promise().values[position]; }
    iterator& operator++() {
      ++position;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return position == handle.promise().values.size(); }

    std::coroutine_handle<promise_type> handle;
    std::size_t position = 0;
  };

  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~Generator() {
    if (handle_) handle_.destroy();
  }

  iterator begin() { return {handle_, 0}; }
  std::default_sentinel_t end() noexcept { return {}; }

 private:
  explicit Generator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

// A node of a binary tree. Leave this as it is.
struct Tree {
  int value = 0;
  const Tree* left = nullptr;
  const Tree* right = nullptr;
};

// The values of a tree (null: an empty one) from left to right.
inline Generator<int> inorder(const Tree* tree) {
  if (tree == nullptr) co_return;
  for (const int value : inorder(tree->left)) co_yield value;
  co_yield tree->value;
  for (const int value : inorder(tree->right)) co_yield value;
}

// The words of a text, which one or more spaces separate.
inline Generator<std::string> words(std::string text) {
  std::string word;
  for (const char c : text) {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      co_yield std::exchange(word, "");
    }
  }
  if (!word.empty()) co_yield word;
}

#endif  // GENERATOR_H_
