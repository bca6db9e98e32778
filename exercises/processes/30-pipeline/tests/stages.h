// What the stages of the tests do. They run in processes of their own and speak through descriptors 0 and 1 only.

#ifndef PIPELINE_STAGES_H_
#define PIPELINE_STAGES_H_

#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <set>
#include <string>
#include <string_view>

namespace exercise {

// Writes all of `text`. Returns false if that fails.
inline bool Say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(1, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Passes on what it reads, until there is no more.
inline int Cat() {
  std::string buffer(1 << 16, '\0');
  for (;;) {
    const ssize_t count = read(0, buffer.data(), buffer.size());
    if (count == 0) return 0;
    if (count < 0 || !Say({buffer.data(), static_cast<std::size_t>(count)})) return 1;
  }
}

// The same in capitals.
inline int Shout() {
  char letter;
  for (ssize_t count; (count = read(0, &letter, 1)) != 0;) {
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    if (count < 0 || !Say({&letter, 1})) return 1;
  }
  return 0;
}

// Reads all and writes how much that was.
inline int Count() {
  std::string buffer(1 << 16, '\0');
  std::size_t total = 0;
  for (;;) {
    const ssize_t count = read(0, buffer.data(), buffer.size());
    if (count < 0) return 1;
    if (count == 0) return Say(std::to_string(total)) ? 0 : 1;
    total += static_cast<std::size_t>(count);
  }
}

// The descriptors that are open in this process, apart from 0, 1 and 2.
inline std::set<int> OpenDescriptors() {
  std::set<int> open;
  for (int fd = 3; fd < 256; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open.insert(fd);
  }
  return open;
}

}  // namespace exercise

#endif  // PIPELINE_STAGES_H_
