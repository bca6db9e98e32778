// What the tests know about a submission: this interface, never the student's header itself.

#ifndef GENERATOR_ADAPTER_H_
#define GENERATOR_ADAPTER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace exercise {

// A sequence that comes out of a Generator of the student's.
template <class T>
class Sequence {
 public:
  virtual ~Sequence() = default;
  // The next value; nothing once the sequence is over.
  virtual std::optional<T> next() = 0;
  // Whether it is over, asked of the iterator once more.   REQUIRES: next was called.
  virtual bool is_over() = 0;
  // Moves the Generator into a new one and destroys the old one.
  virtual void move() = 0;
};

// All values that are left.
template <class T>
std::vector<T> All(Sequence<T>& sequence) {
  std::vector<T> values;
  while (std::optional<T> value = sequence.next()) values.push_back(*std::move(value));
  return values;
}

// What a coroutine tells about itself while it runs.
struct Journal {
  int begun = 0;    // how often the body has begun
  int yielded = 0;  // how many values it has been asked for
  int alive = 0;    // how many local variables and parameters of its frames exist
};

// Yields 1, 2, …, last.
std::unique_ptr<Sequence<int>> CountTo(int last, Journal& journal);
// The same in a range-based for loop that is left after `most` values.
std::vector<int> CountInALoop(int last, int most, Journal& journal);
// Yields 1, 2, …, last, then throws std::runtime_error("no more").
std::unique_ptr<Sequence<int>> CountAndThrow(int last, Journal& journal);
// Yields strings of 40 letters, each a temporary object: "aaa…", "bbb…", …
std::unique_ptr<Sequence<std::string>> Temporaries(int count);

// words(text), where the text that was passed is gone before the first word is asked for.
std::unique_ptr<Sequence<std::string>> Words(const std::string& text);

// A node of a tree: its children are given by their places in the list, -1 for none.
struct Node {
  int value;
  int left = -1;
  int right = -1;
};
// inorder of the tree whose root is nodes[0]; of an empty tree if there are none.
std::unique_ptr<Sequence<int>> Inorder(const std::vector<Node>& nodes);
// The squares of the first `count` values of such a tree, by std::views::transform and std::views::take.
std::vector<int> FirstSquares(const std::vector<Node>& nodes, int count);

// Generators that count to `last` in a vector that grows and so moves them; the sum of what each yields.
std::vector<int> SumsOfManyMoved(int generators, int last, Journal& journal);

}  // namespace exercise

#endif  // GENERATOR_ADAPTER_H_
