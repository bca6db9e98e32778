// Changes files in every way, from two threads, and insists on finding them as the first execution did. With an
// argument it fails in the middle.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>

namespace fs = std::filesystem;

static std::string Contents(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

int main(int argc, char** argv) {
  // As every execution must find it.
  assert(Contents("kept.txt") == "original\n");
  assert(fs::exists("removed.txt") && fs::exists("folder/inner.txt"));
  assert(!fs::exists("new.txt") && !fs::exists("made") && !fs::exists("moved"));
  assert(fs::read_symlink("link") == "kept.txt");
  assert((fs::status("kept.txt").permissions() & fs::perms::mask) == fs::perms::owner_all);
  assert(argv[0][0] != '#');
  const int first = open("kept.txt", O_RDONLY);
  assert(first < 10);

  std::mutex mutex;
  std::thread other([&mutex] {
    std::scoped_lock lock(mutex);
    std::ofstream("kept.txt", std::ios::app) << "more\n";
    std::ofstream("new.txt") << "new\n";
  });
  {
    std::scoped_lock lock(mutex);
    fs::create_directories("made/deeper");
    std::ofstream("made/deeper/file") << "x";
    fs::remove("removed.txt");
    fs::rename("folder", "moved");
    fs::remove_all("moved");
    fs::remove("link");
    fs::create_symlink("new.txt", "link");
    fs::permissions("kept.txt", fs::perms::owner_read | fs::perms::owner_write);
  }
  other.join();
  assert(Contents("kept.txt") == "original\nmore\n");
  assert(Contents("link") == "new\n");
  char name[] = "temporary-XXXXXX";
  assert(mkstemp(name) >= 0);
  argv[0][0] = '#';
  // Left as they are: an open stream, a closed standard input, another folder.
  FILE* const stream = std::fopen("kept.txt", "w");
  std::fputs("overwritten", stream);
  std::fflush(stream);
  assert(argc == 1);
  close(0);
  return chdir("/");
}
