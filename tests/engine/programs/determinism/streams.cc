// iostreams, stdio, string streams, locales: what the libraries keep between calls.
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <locale>
#include <sstream>
#include <thread>

#include "note.h"

std::ostringstream global_stream;

void Work(int me) {
  std::cout << "worker " << me << ' ' << std::hex << 255 << std::setprecision(me + 3) << 1.23456789 << std::endl;
  Note(static_cast<unsigned>(std::cout.precision()) + static_cast<unsigned>(std::cout.flags()));
  Note(static_cast<unsigned>(std::printf("%d %s %.3f\n", me, &__FILE__[sizeof __FILE__ - 11], me / 7.0)));
  std::ostringstream line;
  line << me << ' ' << 2.5 << ' ' << true;
  Note(line.str().size());
  std::istringstream input("12 0x1f word");
  int number = 0;
  input >> number;
  Note(static_cast<unsigned>(number));
  char buffer[64];
  Note(static_cast<unsigned>(std::snprintf(buffer, sizeof buffer, "%g", 1e10 / 3)));
  std::cerr << "done\n";
}

int main() {
  std::thread a(Work, 1);
  std::thread b(Work, 2);
  a.join();
  b.join();
  global_stream << "text " << 3;
  Note(global_stream.str().size());
  std::cout << std::cout.good() << std::flush;
}
