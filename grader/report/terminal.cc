#include "grader/report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace racecourse::grader {
namespace {

constexpr int kWidthMax = 100;
constexpr int kWidthMin = 40;

const char* Code(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kBold:
      return "\033[1m";
    case Ink::kDim:
      return "\033[2m";
    case Ink::kRed:
      return "\033[31m";
    case Ink::kGreen:
      return "\033[32m";
    case Ink::kYellow:
      return "\033[33m";
    case Ink::kCyan:
      return "\033[36m";
  }
  return "";
}

bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The length in bytes of the longest beginning of `text` that takes at most `width` columns; at least one code point.
std::size_t BytesThatFit(absl::string_view text, int width) {
  std::size_t bytes = 0;
  for (int columns = 0; bytes < text.size() && (columns < width || columns == 0); ++columns) {
    ++bytes;
    while (bytes < text.size() && IsContinuationByte(text[bytes])) ++bytes;
  }
  return bytes;
}

}  // namespace

TerminalStyle TerminalStyle::For(int descriptor) {
  TerminalStyle style;
  if (!isatty(descriptor)) return style;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  style.has_color =
      (no_color == nullptr || *no_color == '\0') && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
  winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = std::clamp<int>(size.ws_col, kWidthMin, kWidthMax);
  }
  return style;
}

std::string TerminalStyle::Paint(Ink ink, absl::string_view text) const {
  if (!has_color || ink == Ink::kPlain) return std::string(text);
  return absl::StrCat(Code(ink), text, "\033[0m");
}

int DisplayWidth(absl::string_view text) {
  int columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if (!IsContinuationByte(text[i])) {
      ++columns;
    }
  }
  return columns;
}

std::string PadRight(absl::string_view text, int width) {
  return absl::StrCat(text, std::string(static_cast<std::size_t>(std::max(0, width - DisplayWidth(text))), ' '));
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    while (DisplayWidth(line) > width) {
      std::size_t end = BytesThatFit(line, width);
      std::size_t next = end;
      // Back to the last blank, or to behind the last punctuation of code, unless that would leave less than half a
      // line.
      const std::size_t blank = line.substr(0, end + 1).rfind(' ');
      const std::size_t punctuation = line.substr(0, end).find_last_of(",;({");
      if (blank != absl::string_view::npos && blank >= end / 2 && blank > 0) {
        end = blank;
        next = blank + 1;
      } else if (punctuation != absl::string_view::npos && punctuation >= end / 3 && punctuation > 0) {
        end = next = punctuation + 1;
      }
      lines.emplace_back(line.substr(0, end));
      line.remove_prefix(next);
    }
    lines.emplace_back(line);
  }
  return lines;
}

std::string WithThousands(long long number) {
  std::string digits = absl::StrCat(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t place = digits.size(); place > sign + 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

}  // namespace racecourse::grader
