// Globals of every kind, in the program and in the C library.
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "note.h"

int counter;
int initialised = 5;
std::string text = "start, with a text that is on the heap";
std::vector<int> small;
std::vector<int> large(100'000);
std::map<std::string, int> table = {{"a", 1}};
char file_name[] = __FILE__;
std::mutex mutex;

int Next() {
  static int calls = 10;
  static const std::vector<int> squares = {1, 4, 9, 16};
  return squares[static_cast<unsigned>(calls++) % 4];
}

void Work() {
  std::lock_guard<std::mutex> lock(mutex);
  Note(static_cast<unsigned>(++counter + ++initialised));
  text += 'x';
  Note(text.size());
  small.push_back(counter);
  Note(small.size());
  Note(static_cast<unsigned>(large[500] += 3));
  large.push_back(1);
  Note(large.size());
  Note(static_cast<unsigned>(++table[text]) + table.size());
  Note(file_name[0] == __FILE__[0]);
  file_name[0] ^= 1;
  Note(static_cast<unsigned>(Next()));
  Note(static_cast<unsigned>(std::rand()));
  static char words[] = "one two three";
  if (char* word = std::strtok(words, " ")) Note(std::strlen(word));
  setenv("RACECOURSE_TEST_VARIABLE", text.c_str(), 1);
  Note(std::strlen(getenv("RACECOURSE_TEST_VARIABLE")));
}

int main() {
  std::thread a(Work);
  std::thread b(Work);
  a.join();
  b.join();
}
