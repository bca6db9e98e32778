#ifndef RACECOURSE_GRADER_CLI_PROGRESS_LINE_H_
#define RACECOURSE_GRADER_CLI_PROGRESS_LINE_H_

#include <mutex>

#include "absl/strings/string_view.h"
#include "grader/report/terminal.h"

namespace racecourse::grader {

// One line on the terminal that says what is being done now. Says nothing at all where stderr is not a terminal.
// Thread-safe; vanishes with its owner.
class ProgressLine {
 public:
  explicit ProgressLine(bool is_wanted = true);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { Clear(); }

  void Show(absl::string_view text);
  void Clear();

 private:
  std::mutex mutex_;
  const bool is_live_;
  const TerminalStyle style_;
  bool is_shown_ = false;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_PROGRESS_LINE_H_
