// expect: data_race
// A pattern may be used by many threads; what it matched belongs to one.
#include <regex>
#include <string>
#include <thread>

const std::regex pattern("[a-z]+");
std::smatch match;

bool IsWord(const std::string& text) {
  return std::regex_match(text, match, pattern);  // bug
}

int main() {
  const std::string words[2] = {"abc", "xyz"};
  std::thread other([&] { IsWord(words[0]); });
  IsWord(words[1]);
  other.join();
}
