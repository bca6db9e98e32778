#include "grader/cli/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"

namespace racecourse::grader {

ProgressLine::ProgressLine(bool is_wanted)
    : is_live_(is_wanted && isatty(STDERR_FILENO)), style_(TerminalStyle::For(STDERR_FILENO)) {}

void ProgressLine::Show(absl::string_view text) {
  if (!is_live_) return;
  const std::lock_guard lock(mutex_);
  const std::string line = Wrap(text, style_.width - 1).front();
  std::fputs(absl::StrCat("\r\033[K", style_.Paint(Ink::kDim, line)).c_str(), stderr);
  std::fflush(stderr);
  is_shown_ = true;
}

void ProgressLine::Clear() {
  const std::lock_guard lock(mutex_);
  if (!is_shown_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  is_shown_ = false;
}

}  // namespace racecourse::grader
