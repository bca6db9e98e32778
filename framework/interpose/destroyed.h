// Destroyed POSIX objects. Where they are initialised statically (std::condition_variable, PTHREAD_MUTEX_INITIALIZER),
// a new one comes to life at the address of a destroyed one without a call that we could see: a local variable of a
// function that is called twice. Destroying therefore leaves a mark in the object's own memory. What looks like fresh
// from an initialiser afterwards is a new object; what does not is the destroyed one, even if its place is in other use
// by now.
#ifndef RACECOURSE_INTERPOSE_DESTROYED_H_
#define RACECOURSE_INTERPOSE_DESTROYED_H_

#include <pthread.h>

#include <cstring>

#include "framework/model/sync_object.h"

namespace racecourse {

// Equal to its static initialiser. The engine keeps the state of these objects elsewhere, so they stay so while they
// live.
inline bool LooksNew(pthread_mutex_t mutex) {
  const pthread_mutex_t initial = PTHREAD_MUTEX_INITIALIZER;
  if (mutex.__data.__kind < 0 || mutex.__data.__kind > PTHREAD_MUTEX_ADAPTIVE_NP) return false;
  mutex.__data.__kind = initial.__data.__kind;
  return std::memcmp(&mutex, &initial, sizeof mutex) == 0;
}
inline bool LooksNew(const pthread_cond_t& condition) {
  const pthread_cond_t initial = PTHREAD_COND_INITIALIZER;
  return std::memcmp(&condition, &initial, sizeof condition) == 0;
}
inline bool LooksNew(const pthread_rwlock_t& lock) {
  const pthread_rwlock_t initial = PTHREAD_RWLOCK_INITIALIZER;
  return std::memcmp(&lock, &initial, sizeof lock) == 0;
}

// `memory` is the program's object that `object` stands for.
template <typename T>
void MarkDestroyed(T* memory, SyncObject& object) {
  std::memset(memory, 0xdb, sizeof *memory);
  object.is_destroyed = true;
}

// True if the object was destroyed and no new one is in its place. What was destroyed was free, and so is what is new.
template <typename T>
bool IsDestroyed(const T* memory, SyncObject& object) {
  if (!object.is_destroyed) return false;
  if (!LooksNew(*memory)) return true;
  object.is_destroyed = false;
  return false;
}

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_DESTROYED_H_
