// Another right design: a generator may yield another one. The outermost promise knows who is at work, and control goes
// from one to the other by symmetric transfer, so that a value costs the same however deep the tree is.

#ifndef GENERATOR_H_
#define GENERATOR_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

// A sequence of values that a coroutine yields. It can be moved, not copied.
template <class T>
class Generator {
 public:
  struct promise_type {
    using Handle = std::coroutine_handle<promise_type>;

    Generator get_return_object() { return Generator(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    // Whoever yielded this generator goes on where it stands.
    struct BackToOuter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(Handle self) noexcept {
        promise_type& promise = self.promise();
        if (!promise.outer) return std::noop_coroutine();
        promise.root->at_work = promise.outer;
        return promise.outer;
      }
      void await_resume() noexcept {}
    };
    BackToOuter final_suspend() noexcept { return {}; }
    // What is yielded, be it a temporary, lives until the co_yield expression is over, which is when the coroutine goes
    // on. Until then a pointer is enough.
    std::suspend_always yield_value(const T& value) noexcept {
      root->current = std::addressof(value);
      return {};
    }
    // co_yield of a generator: all of its values.
    struct Delegation {
      Generator inner;
      bool await_ready() noexcept { return false; }
      Handle await_suspend(Handle self) noexcept {
        promise_type& promise = inner.handle_.promise();
        promise.outer = self;
        promise.root = self.promise().root;
        promise.root->at_work = inner.handle_;
        return inner.handle_;
      }
      void await_resume() {
        if (inner.handle_.promise().failure) std::rethrow_exception(inner.handle_.promise().failure);
      }
    };
    Delegation yield_value(Generator inner) noexcept { return {std::move(inner)}; }
    void return_void() noexcept {}
    void unhandled_exception() {
      if (!outer) throw;
      failure = std::current_exception();
    }

    promise_type* root = this;
    Handle outer;                                  // null: the outermost
    Handle at_work = Handle::from_promise(*this);  // the outermost: who yields the values just now
    const T* current = nullptr;                    // the outermost: the current value
    std::exception_ptr failure;
  };

  // An input iterator: `*it` is the current value, `++it` goes on to the next one. It knows the frame, not the
  // Generator, which may be moved meanwhile.
  struct iterator {
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    const T& operator*() const { return *handle.promise().current; }
    iterator& operator++() {
      handle.promise().at_work.resume();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return handle.done(); }

    std::coroutine_handle<promise_type> handle;
  };

  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~Generator() {
    if (handle_) handle_.destroy();
  }

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

// The values of a tree (null: an empty one) from left to right. A subtree is given up as soon as it has ended, so that
// destroying the generators needs no deep stack.
inline Generator<int> inorder(const Tree* tree) {
  if (tree == nullptr) co_return;
  if (tree->left != nullptr) co_yield inorder(tree->left);
  co_yield tree->value;
  if (tree->right != nullptr) co_yield inorder(tree->right);
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
