// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include <cstring>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "generator.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

static_assert(std::ranges::input_range<Generator<int>>, "Generator<int>::iterator must be an input iterator");
static_assert(!std::is_copy_constructible_v<Generator<int>>, "a Generator cannot be copied: it has one frame");
static_assert(std::is_nothrow_move_constructible_v<Generator<int>>, "a Generator can be moved, without exceptions");

// Writes over the part of the stack below, where the variables of functions that have returned were.
__attribute__((noinline)) void ScribbleOverStack() {
  unsigned char rubbish[8192];
  std::memset(rubbish, 0xdb, sizeof rubbish);
  asm volatile("" ::"r"(rubbish) : "memory");
}

template <class T>
class StudentSequence : public Sequence<T> {
 public:
  // `make` returns the Generator.
  template <class Make>
  explicit StudentSequence(Make make) : generator_(new Generator<T>(make())) {
    ScribbleOverStack();
  }

  std::optional<T> next() override {
    if (!iterator_) {
      iterator_.emplace(generator_->begin());
    } else if (!is_over()) {
      ++*iterator_;
    }
    if (calls_++ < kCallsWithScribble) ScribbleOverStack();
    if (is_over()) return std::nullopt;
    return **iterator_;
  }
  bool is_over() override { return *iterator_ == generator_->end(); }
  void move() override {
    auto moved = std::make_unique<Generator<T>>(std::move(*generator_));
    generator_ = std::move(moved);
  }

 private:
  static constexpr int kCallsWithScribble = 20;

  std::unique_ptr<Generator<T>> generator_;
  int calls_ = 0;
  std::optional<decltype(generator_->begin())> iterator_;
};

// Counts as alive in a journal.
class Guest {
 public:
  explicit Guest(Journal& journal) : journal_(&journal) { ++journal_->alive; }
  Guest(const Guest& other) : journal_(other.journal_) { ++journal_->alive; }
  Guest& operator=(const Guest&) = delete;
  ~Guest() { --journal_->alive; }

 private:
  Journal* journal_;
};

Generator<int> Count(int last, bool throws, Journal& journal, [[maybe_unused]] Guest parameter) {
  ++journal.begun;
  const Guest local(journal);
  for (int i = 1; i <= last; ++i) {
    ++journal.yielded;
    co_yield i;
  }
  if (throws) throw std::runtime_error("no more");
}

Generator<std::string> LongStrings(int count) {
  for (int i = 0; i < count; ++i) co_yield std::string(40, static_cast<char>('a' + i));
}

std::vector<Tree> Grow(const std::vector<Node>& nodes) {
  std::vector<Tree> trees(nodes.size());
  const auto child = [&](int place) { return place < 0 ? nullptr : &trees[static_cast<std::size_t>(place)]; };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    trees[i] = {.value = nodes[i].value, .left = child(nodes[i].left), .right = child(nodes[i].right)};
  }
  return trees;
}

const Tree* Root(const std::vector<Tree>& trees) { return trees.empty() ? nullptr : &trees.front(); }

class TreeSequence final : public Sequence<int> {
 public:
  explicit TreeSequence(const std::vector<Node>& nodes)
      : trees_(Grow(nodes)), values_([this] { return inorder(Root(trees_)); }) {}
  std::optional<int> next() override { return values_.next(); }
  bool is_over() override { return values_.is_over(); }
  void move() override { values_.move(); }

 private:
  const std::vector<Tree> trees_;
  StudentSequence<int> values_;
};

}  // namespace

std::unique_ptr<Sequence<int>> CountTo(int last, Journal& journal) {
  return std::make_unique<StudentSequence<int>>([&] { return Count(last, false, journal, Guest(journal)); });
}

std::vector<int> CountInALoop(int last, int most, Journal& journal) {
  std::vector<int> values;
  if (most == 0) return values;
  for (const int value : Count(last, false, journal, Guest(journal))) {
    values.push_back(value);
    if (static_cast<int>(values.size()) == most) break;
  }
  return values;
}

std::unique_ptr<Sequence<int>> CountAndThrow(int last, Journal& journal) {
  return std::make_unique<StudentSequence<int>>([&] { return Count(last, true, journal, Guest(journal)); });
}

std::unique_ptr<Sequence<std::string>> Temporaries(int count) {
  return std::make_unique<StudentSequence<std::string>>([&] { return LongStrings(count); });
}

std::unique_ptr<Sequence<std::string>> Words(const std::string& text) {
  auto passed = std::make_unique<std::string>(text);
  auto sequence = std::make_unique<StudentSequence<std::string>>([&] { return words(*passed); });
  passed.reset();
  return sequence;
}

std::unique_ptr<Sequence<int>> Inorder(const std::vector<Node>& nodes) { return std::make_unique<TreeSequence>(nodes); }

std::vector<int> FirstSquares(const std::vector<Node>& nodes, int count) {
  const std::vector<Tree> trees = Grow(nodes);
  std::vector<int> squares;
  const auto square = [](int value) { return value * value; };
  Generator<int> values = inorder(Root(trees));
  for (const int value : values | std::views::transform(square) | std::views::take(count)) {
    squares.push_back(value);
  }
  return squares;
}

std::vector<int> SumsOfManyMoved(int generators, int last, Journal& journal) {
  std::vector<Generator<int>> all;
  for (int i = 0; i < generators; ++i) all.push_back(Count(last, false, journal, Guest(journal)));
  std::vector<int> sums;
  for (Generator<int>& generator : all) {
    Generator<int> moved(std::move(generator));
    int sum = 0;
    for (const int value : moved) sum += value;
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace exercise
