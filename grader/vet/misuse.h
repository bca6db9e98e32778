#ifndef RACECOURSE_GRADER_VET_MISUSE_H_
#define RACECOURSE_GRADER_VET_MISUSE_H_

#include <map>
#include <string>

namespace racecourse::grader {

// Why a submission is not run, and where that is.
struct Misuse {
  std::string file;
  int line = 0;         // 0: the file as a whole
  std::string message;  // a sentence for the student, without the place

  bool operator==(const Misuse&) const = default;
};

// The submitted files: name and text.
using SourceTexts = std::map<std::string, std::string>;

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_VET_MISUSE_H_
