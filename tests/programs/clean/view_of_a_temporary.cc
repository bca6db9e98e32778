// expect: clean
// The thread has a copy of the string.
#include <future>
#include <string>
#include <string_view>

std::future<int> CountWords(std::string text) {
  return std::async(std::launch::async, [text] {
    int words = 1;
    for (char c : text) words += c == ' ';
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
