#include "grader/trace/finding_kind.h"

#include <algorithm>
#include <array>

namespace racecourse::grader {
namespace {

struct Kind {
  absl::string_view name;
  absl::string_view title;
};

constexpr std::array kKinds = {
    Kind{"data_race", "data race"},
    Kind{"deadlock", "deadlock"},
    Kind{"lost_wakeup", "lost wake-up"},
    Kind{"livelock", "livelock"},
    Kind{"starvation", "starvation"},
    Kind{"assertion", "failed assertion"},
    Kind{"crash", "crash"},
    Kind{"use_after_free", "use after free"},
    Kind{"heap_overflow", "heap overflow"},
    Kind{"double_free", "double free"},
    Kind{"leak", "leak"},
    Kind{"misuse", "misuse"},
    Kind{"undefined_behaviour", "undefined behaviour"},
    Kind{"zombie_process", "zombie process"},
    Kind{"orphan_process", "orphan process"},
    Kind{"descriptor_leak", "descriptor leak"},
    Kind{"isolation_breach", "isolation breach"},
    Kind{"lost_task", "lost task"},
    Kind{"unreachable", "never reached"},
    Kind{"busy_wait", "busy wait"},
    Kind{"nondeterminism", "nondeterminism"},
    Kind{"output", "wrong output"},
    Kind{"timeout", "timeout"},
};

const Kind* FindKind(absl::string_view name) {
  const auto kind = std::ranges::find(kKinds, name, &Kind::name);
  return kind == kKinds.end() ? nullptr : &*kind;
}

}  // namespace

bool IsFindingKind(absl::string_view kind) { return FindKind(kind) != nullptr; }

absl::string_view FindingKindTitle(absl::string_view kind) {
  const Kind* known = FindKind(kind);
  return known == nullptr ? kind : known->title;
}

bool IsAboutWaiting(absl::string_view kind) {
  return kind == "deadlock" || kind == "lost_wakeup" || kind == "livelock" || kind == "starvation" ||
         kind == "lost_task";
}

}  // namespace racecourse::grader
