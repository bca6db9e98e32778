#include "grader/executor/sanitizer_kind.h"

#include <algorithm>
#include <utility>

namespace racecourse::grader {

std::string KindOfReport(const std::string& sanitizers_kind) {
  static constexpr std::pair<const char*, const char*> kKinds[] = {
      {"heap-use-after-free", "use_after_free"},
      {"stack-use-after-return", "use_after_free"},
      {"stack-use-after-scope", "use_after_free"},
      {"heap-buffer-overflow", "heap_overflow"},
      {"container-overflow", "heap_overflow"},
      {"double-free", "double_free"},
      {"leak", "leak"},
      {"bad-free", "misuse"},
      {"alloc-dealloc-mismatch", "misuse"},
      {"new-delete-type-mismatch", "misuse"},
      {"SEGV", "crash"},
      {"BUS", "crash"},
      {"FPE", "crash"},
      {"ILL", "crash"},
      {"ABRT", "crash"},
      {"stack-overflow", "crash"},
  };
  const auto known = std::ranges::find(kKinds, sanitizers_kind, [](const auto& entry) { return entry.first; });
  // Outside a local or global variable, and everything that UBSan says.
  return known == std::end(kKinds) ? "undefined_behaviour" : known->second;
}

bool IsOverflowOfVariable(const std::string& sanitizers_kind) {
  static constexpr const char* kKinds[] = {"stack-buffer-overflow", "stack-buffer-underflow",
                                           "dynamic-stack-buffer-overflow", "global-buffer-overflow"};
  return std::ranges::count(kKinds, sanitizers_kind) > 0;
}

std::string SanitizerOf(const std::string& kind) { return kind == "leak" ? "LeakSanitizer" : "AddressSanitizer"; }

}  // namespace racecourse::grader
