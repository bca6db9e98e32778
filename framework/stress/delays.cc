// What `racecourse stress` loads into a program that runs freely, on real cores: random delays before and after the
// operations that threads synchronise by. Nothing is controlled and nothing detected; the delays only make unusual
// orders less rare than they are when a program runs alone (noise making: Edelstein et al., "Multithreaded Java program
// test generation", IBM Systems Journal 41(1), 2002).
//
// The seed comes in RACECOURSE_STRESS. It decides the delays, not the schedule, which is the operating system's.
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

// One delay in this many sleeps, one spins, one gives up its processor, and the others do nothing.
constexpr std::uint64_t kOneOf = 16;
constexpr std::uint64_t kSleepNanosecondsMax = 200'000;
constexpr std::uint64_t kSpinsMax = 4'000;

std::uint64_t Mix(std::uint64_t x) {
  // SplitMix64's finalizer. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

std::uint64_t Seed() {
  static const std::uint64_t seed = [] {
    const char* text = getenv("RACECOURSE_STRESS");
    return text != nullptr ? strtoull(text, nullptr, 10) : std::uint64_t{0};
  }();
  return seed;
}

std::uint64_t NextRandom() {
  static std::atomic<std::uint64_t> threads{0};
  thread_local std::uint64_t state = Mix(Seed() * 0x9e3779b97f4a7c15 + threads.fetch_add(1, std::memory_order_relaxed));
  return Mix(state += 0x9e3779b97f4a7c15);
}

void Delay() {
  const std::uint64_t drawn = NextRandom();
  const std::uint64_t amount = drawn >> 16;
  switch (drawn % kOneOf) {
    case 0: {
      const timespec time = {0, static_cast<long>(amount % kSleepNanosecondsMax)};
      clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
      break;
    }
    case 1:
      for (std::uint64_t i = amount % kSpinsMax; i > 0; --i) __builtin_ia32_pause();
      break;
    case 2:
      sched_yield();
      break;
    default:
      break;
  }
}

template <typename Function>
Function Real(const char* name, const char* version = nullptr) {
  return reinterpret_cast<Function>(version != nullptr ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name));
}

struct Start {
  void* (*routine)(void*);
  void* argument;
};

void* RunLate(void* pointer) {
  const Start start = *static_cast<Start*>(pointer);
  delete static_cast<Start*>(pointer);
  Delay();
  return start.routine(start.argument);
}

}  // namespace

// A delay before the operation and one after it. `version` is of libc's own symbol where it has an older one too.
#define RC_DELAYED(name, version, parameters, arguments)            \
  extern "C" int name parameters {                                  \
    static const auto real = Real<decltype(&name)>(#name, version); \
    Delay();                                                        \
    const int result = real arguments;                              \
    Delay();                                                        \
    return result;                                                  \
  }

RC_DELAYED(pthread_mutex_lock, nullptr, (pthread_mutex_t * mutex) noexcept, (mutex))
RC_DELAYED(pthread_mutex_trylock, nullptr, (pthread_mutex_t * mutex) noexcept, (mutex))
RC_DELAYED(pthread_mutex_unlock, nullptr, (pthread_mutex_t * mutex) noexcept, (mutex))
RC_DELAYED(pthread_rwlock_rdlock, nullptr, (pthread_rwlock_t * lock) noexcept, (lock))
RC_DELAYED(pthread_rwlock_wrlock, nullptr, (pthread_rwlock_t * lock) noexcept, (lock))
RC_DELAYED(pthread_rwlock_unlock, nullptr, (pthread_rwlock_t * lock) noexcept, (lock))
RC_DELAYED(pthread_spin_lock, nullptr, (pthread_spinlock_t * lock) noexcept, (lock))
RC_DELAYED(pthread_spin_unlock, nullptr, (pthread_spinlock_t * lock) noexcept, (lock))
RC_DELAYED(pthread_cond_wait, "GLIBC_2.3.2", (pthread_cond_t * condition, pthread_mutex_t* mutex), (condition, mutex))
RC_DELAYED(pthread_cond_timedwait, "GLIBC_2.3.2",
           (pthread_cond_t * condition, pthread_mutex_t* mutex, const timespec* time), (condition, mutex, time))
RC_DELAYED(pthread_cond_signal, "GLIBC_2.3.2", (pthread_cond_t * condition) noexcept, (condition))
RC_DELAYED(pthread_cond_broadcast, "GLIBC_2.3.2", (pthread_cond_t * condition) noexcept, (condition))
RC_DELAYED(pthread_barrier_wait, nullptr, (pthread_barrier_t * barrier) noexcept, (barrier))
RC_DELAYED(pthread_join, nullptr, (pthread_t thread, void** value), (thread, value))
RC_DELAYED(sem_wait, nullptr, (sem_t * semaphore), (semaphore))
RC_DELAYED(sem_post, nullptr, (sem_t * semaphore) noexcept, (semaphore))

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                              void* argument) noexcept {
  static const auto real = Real<decltype(&pthread_create)>("pthread_create");
  auto* start = new Start{routine, argument};
  const int result = real(thread, attributes, RunLate, start);
  if (result != 0) delete start;
  Delay();
  return result;
}

extern "C" pid_t fork() noexcept {
  static const auto real = Real<decltype(&fork)>("fork");
  const pid_t result = real();
  Delay();
  return result;
}
