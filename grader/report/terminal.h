#ifndef RACECOURSE_GRADER_REPORT_TERMINAL_H_
#define RACECOURSE_GRADER_REPORT_TERMINAL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace racecourse::grader {

enum class Ink { kPlain, kBold, kDim, kRed, kGreen, kYellow, kCyan };

// How what we print is to look: decided once, from where it goes. A value type.
struct TerminalStyle {
  bool has_color = false;
  int width = 100;  // columns; never less than 40

  // For an open descriptor: color on a terminal unless NO_COLOR is set or TERM is dumb; the terminal's width, at most
  // 100; elsewhere 100 columns without color.
  static TerminalStyle For(int descriptor);

  std::string Paint(Ink ink, absl::string_view text) const;
};

// Columns that UTF-8 text takes, one for each code point; escape sequences count nothing.
int DisplayWidth(absl::string_view text);

// `text` with blanks added on the right up to `width` columns.
std::string PadRight(absl::string_view text, int width);

// Breaks text into lines of at most `width` columns, between words where it can; new lines in it stay. At least one
// line.
std::vector<std::string> Wrap(absl::string_view text, int width);

// "12,345".
std::string WithThousands(long long number);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_REPORT_TERMINAL_H_
