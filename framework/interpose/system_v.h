// What the three kinds of System V objects have in common: keys, ids, errors. Source: POSIX.1-2017, 2.7 (XSI
// interprocess communication).
#ifndef RACECOURSE_INTERPOSE_SYSTEM_V_H_
#define RACECOURSE_INTERPOSE_SYSTEM_V_H_

#include <errno.h>
#include <sys/ipc.h>

#include "framework/execution/finding_builder.h"
#include "framework/execution/interruption.h"
#include "framework/execution/kernel_objects.h"
#include "framework/execution/leftovers.h"
#include "framework/execution/processes.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"

namespace racecourse {

inline int Fail(int error) {
  errno = error;
  return -1;
}

inline SystemObjects& TheSystemObjects() { return TheExecution().system_objects; }

// The object of `all` with this key, or with this id; null if there is none.
template <typename Object>
Object* FindByKey(Object* all, std::uint32_t count, key_t key) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (key != IPC_PRIVATE && all[i].id != 0 && all[i].key == key) return &all[i];
  }
  return nullptr;
}
template <typename Object>
Object* FindById(Object* all, std::uint32_t count, int id) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (id != 0 && all[i].id == id) return &all[i];
  }
  return nullptr;
}

// The object that a call of …get asks for; made, with all fields zero, if there is none and it may be. Null with errno.
template <typename Object>
Object* GetByKey(Object* all, std::uint32_t* count, key_t key, int flags, const char* what, bool* is_new) {
  *is_new = false;
  Arrive(OperationKind::kOpen, DescriptorTableObject().address);
  Object* object = FindByKey(all, *count, key);
  if (object != nullptr) {
    const bool must_be_new = (flags & IPC_CREAT) != 0 && (flags & IPC_EXCL) != 0;
    Performed(OperationKind::kOpen, &DescriptorTableObject(), static_cast<std::uint32_t>(object->id));
    if (must_be_new) errno = EEXIST;
    return must_be_new ? nullptr : object;
  }
  if (key != IPC_PRIVATE && (flags & IPC_CREAT) == 0) {
    Performed(OperationKind::kOpen, &DescriptorTableObject(), 0);
    errno = ENOENT;
    return nullptr;
  }
  if (*count == SystemObjects::kMax)
    ReportUncontrolled("the program makes more than 64 objects of System V of one kind");
  *is_new = true;
  object = &all[(*count)++];
  *object = {};
  object->key = key;
  object->id = ++TheSystemObjects().ids;
  object->mode = static_cast<unsigned>(flags) & 0777;
  char name[32] = "";
  if (key != IPC_PRIVATE) Text(name) << "key " << key;
  NoteKernelObject(what, name, static_cast<std::uint64_t>(object->id));
  NoteChange();
  Performed(OperationKind::kOpen, &DescriptorTableObject(), static_cast<std::uint32_t>(object->id));
  return object;
}

// The object is gone for all.
template <typename Object>
void NoteRemoved(const Object& object, int id, const char* what) {
  char name[32] = "";
  if (object.key != IPC_PRIVATE) Text(name) << "key " << object.key;
  NoteKernelObjectGone(what, name, static_cast<std::uint64_t>(id));
}

template <typename Object>
void FillPermissions(const Object& object, ipc_perm* permissions) {
  *permissions = {};
  permissions->__key = object.key;
  permissions->mode = static_cast<unsigned short>(object.mode);
}

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_SYSTEM_V_H_
