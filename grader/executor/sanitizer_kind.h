// What the reports of AddressSanitizer, LeakSanitizer and UBSan are in the words of the result schema.
#ifndef RACECOURSE_GRADER_EXECUTOR_SANITIZER_KIND_H_
#define RACECOURSE_GRADER_EXECUTOR_SANITIZER_KIND_H_

#include <string>

namespace racecourse::grader {

inline constexpr char kNameOfAll[] = "AddressSanitizer and its companions";

// "use_after_free" of "heap-use-after-free".
std::string KindOfReport(const std::string& sanitizers_kind);

// Outside a local or a global variable: "stack-buffer-overflow".
bool IsOverflowOfVariable(const std::string& sanitizers_kind);

// Which of the three reports findings of this kind: "LeakSanitizer" a "leak".
std::string SanitizerOf(const std::string& kind);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_EXECUTOR_SANITIZER_KIND_H_
