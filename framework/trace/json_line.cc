#include "framework/trace/json_line.h"

#include <unistd.h>

#include <cerrno>

namespace racecourse {

void JsonLine::WriteTo(int fd) const {
  if (fd < 0) return;
  const std::string line = Object() + "\n";
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t written = write(fd, line.data() + done, line.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

void JsonLine::Quote(std::string_view value) {
  static constexpr char kHex[] = "0123456789abcdef";
  text_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Bytes that are not ASCII may be broken UTF-8 (a student's string cut in the middle): name them one by one.
      text_ += "\\u00";
      text_ += kHex[byte >> 4];
      text_ += kHex[byte & 15];
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

}  // namespace racecourse
