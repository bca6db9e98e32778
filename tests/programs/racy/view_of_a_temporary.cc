// expect: use_after_free
// The thread reads through a view of a string that is gone when the caller goes on.
#include <future>
#include <string>
#include <string_view>

std::future<int> CountWords(std::string_view text) {
  return std::async(std::launch::async, [text] {
    int words = 1;
    for (char c : text) words += c == ' ';  // bug
    return words;
  });
}

std::string Sentence(int number) {
  return "this is a sentence that is long enough for the heap, number " + std::to_string(number);
}

int main() {
  std::future<int> words = CountWords(Sentence(1));
  return words.get() == 12 ? 0 : 1;
}
