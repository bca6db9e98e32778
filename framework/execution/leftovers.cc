#include "framework/execution/leftovers.h"

#include <fcntl.h>

#include <cstring>

#include "framework/execution/finding_builder.h"
#include "framework/execution/names.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

bool IsSame(const KernelObject& object, const char* what, const char* name, std::uint64_t id) {
  return object.id == id && std::strcmp(object.what, what) == 0 &&
         std::strncmp(object.name, name, sizeof object.name - 1) == 0;
}

bool IsAllowed(int fd, const int* allowed, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    if (allowed[i] == fd) return true;
  }
  return false;
}

// "descriptor 5 (pipe#2)", "descriptor 5 (/tmp/log)".
void WriteDescriptorName(Text& text, int fd) {
  text << "descriptor " << fd << " (";
  if (const OpenFile* file = FindOpenFile(fd); file != nullptr) {
    WriteObjectName(text, *file->object);
  } else {
    char link[40];
    Text(link) << "/proc/self/fd/" << fd;
    char path[256];
    const long size = SystemCall(SYS_readlink, link, path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    text << path;
  }
  text << ')';
}

}  // namespace

void NoteKernelObject(const char* what, const char* name, std::uint64_t id) {
  KernelObjects& objects = TheExecution().kernel_objects;
  if (objects.count == KernelObjects::kMax) return;
  KernelObject& object = objects.all[objects.count++];
  Text(object.what) << what;
  Text(object.name) << name;
  object.id = id;
  object.made_at = TheExecution().step_count + 1;
}

void NoteKernelObjectGone(const char* what, const char* name, std::uint64_t id) {
  KernelObjects& objects = TheExecution().kernel_objects;
  for (std::uint32_t i = 0; i < objects.count; ++i) {
    if (!IsSame(objects.all[i], what, name, id)) continue;
    objects.all[i] = objects.all[--objects.count];
    return;
  }
}

const KernelObject* FindLeftObject() {
  const Execution& execution = TheExecution();
  const KernelObjects& objects = execution.kernel_objects;
  if (execution.was_killed) return nullptr;  // who was to remove it could not
  for (std::uint32_t i = 0; i < objects.count; ++i) {
    if (!execution.is_whole_program || objects.all[i].name[0] == '\0') return &objects.all[i];
  }
  return nullptr;
}

void ReportLeftObject(const KernelObject& object) {
  FindingBuilder builder(FindingKind::kLeak);
  Text& message = builder.Message();
  message << "At the end " << object.what;
  if (object.name[0] != '\0') {
    message << " '" << object.name << '\'';
  } else {
    message << " with the id " << object.id;
  }
  message << " is left behind: it belongs to no process, so that the end of all of them does not remove it.";
  char unused[1];
  Text role(unused);
  if (builder.AddStackOfStep(FindStep(object.made_at), &role)) role << "made here";
  builder.Report();
}

void CheckDescriptors(const int* allowed, unsigned count) {
  Execution& execution = TheExecution();
  const InheritedFiles& inherited = execution.inherited_files;
  for (int fd = 0; fd < inherited.ReservedBegin() && fd < DescriptorTable::kMax; ++fd) {
    if (IsAllowed(fd, allowed, count) || SystemCall(SYS_fcntl, fd, F_GETFD) < 0) continue;
    const bool is_scheduled = FindOpenFile(fd) != nullptr;
    if (!is_scheduled && inherited.IsInherited(fd)) continue;
    FindingBuilder builder(FindingKind::kDescriptorLeak);
    Text& message = builder.Message();
    WriteDescriptorName(message, fd);
    message << " is still open in ";
    WriteProcessName(message, ProcessAt(ThisProcess()));
    message << ", and nobody closed it.";
    builder.AddStackOf(*execution.current) << "looked at here";
    if (!is_scheduled) builder.Report();
    const Descriptor& entry = ProcessAt(ThisProcess()).descriptors.entries[fd];
    char unused[1];
    Text role(unused);
    if (builder.AddStackOfStep(FindStep(entry.opened_at), &role)) role << "opened here";
    builder.Report();
  }
}

}  // namespace racecourse
