// expect: data_race
// What system calls leave in global variables: a buffer that is read into, a status, the working directory. Two
// threads, one set of buffers.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cassert>
#include <cstdio>
#include <fstream>
#include <thread>

static char direct[8192];
static char through_stdio[40'000];
static char through_a_stream[40'000];
static char folder[4096];
static struct stat status;
static struct utsname name;
static long total = 0;

static void ReadIn() {
  const int file = open("/proc/self/exe", O_RDONLY);
  assert(file >= 0);
  assert(fstat(file, &status) == 0 && status.st_size > 8192);  // bug
  assert(read(file, direct, sizeof direct) == sizeof direct);
  assert(direct[1] == 'E');
  close(file);
  FILE* stdio = std::fopen("/proc/self/exe", "rb");
  assert(std::fread(through_stdio, 1, sizeof through_stdio, stdio) == sizeof through_stdio);
  assert(through_stdio[1] == 'E');
  std::fclose(stdio);
  std::ifstream stream("/proc/self/exe", std::ios::binary);
  assert(stream.read(through_a_stream, sizeof through_a_stream));
  assert(through_a_stream[1] == 'E');
  assert(getcwd(folder, sizeof folder) != nullptr && folder[0] == '/');
  assert(uname(&name) == 0 && name.sysname[0] == 'L');
  ++total;  // bug
}

int main() {
  std::thread other(ReadIn);
  ReadIn();
  other.join();
  return total == 2 ? 0 : 1;
}
