// expect: clean
// What the library keeps for itself between calls, written to by its inline functions: tables of narrowed characters,
// facets, patterns, formatted dates.
#include <cassert>
#include <ctime>
#include <iomanip>
#include <locale>
#include <memory_resource>
#include <regex>
#include <sstream>
#include <string>
#include <thread>

std::pmr::synchronized_pool_resource pool;

void Use(const std::string& text) {
  const std::regex pattern("([a-z]+)[0-9]*");
  std::smatch match;
  assert(std::regex_match(text, match, pattern));
  const std::time_t time = 100'000;
  std::tm parts;
  gmtime_r(&time, &parts);
  std::ostringstream stream;
  stream << std::put_time(&parts, "%F") << std::quoted(text);
  assert(stream.str().substr(0, 10) == "1970-01-02");
  assert(std::toupper('a', std::locale()) == 'A');
  std::pmr::string copy(text + " with a text that is too long for the string itself", &pool);
  assert(std::stod("2.5") == 2.5);
}

int main() {
  std::thread other(Use, "abc12");
  Use("xyz");
  other.join();
}
