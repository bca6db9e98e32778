// How reports call threads and objects: "main", "T2", "T2 'reader'", "mutex#1".
#ifndef RACECOURSE_EXECUTION_NAMES_H_
#define RACECOURSE_EXECUTION_NAMES_H_

#include "framework/core/text.h"
#include "framework/execution/thread.h"

namespace racecourse {

inline void WriteThreadName(Text& text, const Thread& thread) {
  if (thread.id == 0) {
    text << "main";
  } else {
    text << 'T' << thread.id;
  }
  if (thread.name[0] != '\0') text << " '" << thread.name << '\'';
  if (thread.process != kRootProcess) text << " (child process " << thread.process << ')';
}

inline void WriteObjectName(Text& text, const SyncObject& object) {
  text << ObjectKindName(object.kind) << '#' << object.id;
}

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_NAMES_H_
