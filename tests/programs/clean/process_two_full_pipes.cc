// expect: clean
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

// One sends first, the other reads first.
void Exchange(int to, int from, bool reads_first) {
  std::vector<char> out(100000, 'x');
  std::vector<char> in(out.size());
  const auto receive = [&] {
    for (size_t got = 0; got < in.size();) got += read(from, in.data() + got, in.size() - got);
  };
  if (reads_first) receive();
  if (write(to, out.data(), out.size()) != 100000) _exit(1);
  if (!reads_first) receive();
}

int main() {
  int there[2];
  int back[2];
  if (pipe(there) != 0 || pipe(back) != 0) return 1;
  if (fork() == 0) {
    Exchange(back[1], there[0], true);
    _exit(0);
  }
  Exchange(there[1], back[0], false);
  wait(nullptr);
  return 0;
}
