// Every way in which a test can fail, each in a scenario of its own. `// NAME` marks the lines at which the report of
// the scenario Failure.NAME may point.
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

// Does what the compiler must not see through.
template <typename T>
T Opaque(T value) {
  asm volatile("" : "+r"(value));
  return value;
}

long RawSystemCall(long number, long a, long b) {
  long result;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
  return result;
}

// Something to schedule, so that a failure has a schedule of its own.
void Bustle(std::atomic<int>* value) {
  for (int i = 0; i < 2; ++i) value->fetch_add(1);
}

// Fails only where main is in the middle of what the thread does.
template <typename Fail>
void FailInThread(Fail fail) {
  std::atomic<int> value = 0;
  std::atomic<int> seen = 0;
  std::thread thread([&] {
    Bustle(&value);
    if (seen == 1) fail();
    Bustle(&value);
  });
  seen = value.load();
  thread.join();
}

}  // namespace

SCHEDULE_TEST(Failure, DataRace) {
  int total = 0;
  std::thread other([&] { ++total; });  // DataRace
  ++total;                              // DataRace
  other.join();
}

SCHEDULE_TEST(Failure, AbbaDeadlock) {
  std::mutex a;
  std::mutex b;
  std::thread other([&] {
    std::lock_guard<std::mutex> first(b);
    std::lock_guard<std::mutex> second(a);  // AbbaDeadlock
  });
  {
    std::lock_guard<std::mutex> first(a);
    std::lock_guard<std::mutex> second(b);  // AbbaDeadlock
  }
  other.join();
}

SCHEDULE_TEST(Failure, SelfDeadlock) {
  std::mutex mutex;
  mutex.lock();
  mutex.lock();  // SelfDeadlock
}

SCHEDULE_TEST(Failure, ThreeWayDeadlock) {
  std::mutex mutexes[3];
  std::thread threads[3];
  for (int i = 0; i < 3; ++i) {
    threads[i] = std::thread([&mutexes, i] {
      std::lock_guard<std::mutex> first(mutexes[i]);
      std::lock_guard<std::mutex> second(mutexes[(i + 1) % 3]);  // ThreeWayDeadlock
    });
  }
  for (std::thread& thread : threads) thread.join();
}

SCHEDULE_TEST(Failure, OwnerEnded) {
  std::mutex mutex;
  std::thread other([&] { mutex.lock(); });
  other.join();
  mutex.lock();  // OwnerEnded
}

SCHEDULE_TEST(Failure, NotifyBeforeWait) {
  std::mutex mutex;
  std::condition_variable changed;
  std::thread other([&] { changed.notify_one(); });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock);  // NotifyBeforeWait
  }
  other.join();
}

SCHEDULE_TEST(Failure, NotifyWokeAnother) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_set = false;
  const auto wait = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return is_set; });  // NotifyWokeAnother
  };
  std::thread a(wait);
  std::thread b(wait);
  {
    std::lock_guard<std::mutex> lock(mutex);
    is_set = true;
  }
  changed.notify_one();
  a.join();
  b.join();
}

SCHEDULE_TEST(Failure, NotifyBeforeSet) {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> is_set = false;
  std::thread other([&] {
    changed.notify_one();
    is_set = true;
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    while (!is_set) changed.wait(lock);  // NotifyBeforeSet
  }
  other.join();
}

SCHEDULE_TEST(Failure, AtomicNotifyMissing) {
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  value.wait(0);  // AtomicNotifyMissing
  other.join();
}

SCHEDULE_TEST(Failure, ExpectInMain) {
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  EXPECT_EQ(value.load(), 0) << "seen too early";  // ExpectInMain
  other.join();
}

SCHEDULE_TEST(Failure, ExpectInThread) {
  FailInThread([] { EXPECT_STREQ("apples", "pears"); });  // ExpectInThread
}

SCHEDULE_TEST(Failure, AssertInMain) {
  std::atomic<int> value = 0;
  std::thread other([&] { value = 1; });
  const int seen = value;
  other.join();
  ASSERT_LT(seen, 1);  // AssertInMain
}

SCHEDULE_TEST(Failure, AssertInThread) {
  FailInThread([] { ASSERT_TRUE(Opaque(false)) << "in a thread"; });  // AssertInThread
}

SCHEDULE_TEST(Failure, CAssert) {
  FailInThread([] { assert(Opaque(1) == 2); });  // CAssert
}

SCHEDULE_TEST(Failure, UncaughtException) {
  FailInThread([] { throw std::runtime_error("the shop is closed"); });  // UncaughtException
}

SCHEDULE_TEST(Failure, JoinableDestroyed) {
  std::thread other([] {});
}  // JoinableDestroyed

SCHEDULE_TEST(Failure, NullDereference) {
  FailInThread([] { *Opaque(static_cast<volatile int*>(nullptr)) = 1; });  // NullDereference
}

int Descend(int depth) {               // StackOverflow
  volatile char page[1000];            // StackOverflow
  page[0] = static_cast<char>(depth);  // StackOverflow
  if (Opaque(depth) < 0) return 0;
  return Descend(depth + 1) + page[0];  // StackOverflow
}
SCHEDULE_TEST(Failure, StackOverflow) {
  FailInThread([] { Descend(0); });
}

SCHEDULE_TEST(Failure, Abort) {
  FailInThread([] { abort(); });  // Abort
}

SCHEDULE_TEST(Failure, UnderscoreExit) {
  FailInThread([] { _exit(0); });  // UnderscoreExit
}

SCHEDULE_TEST(Failure, Exit) {
  FailInThread([] { exit(0); });  // Exit
}

SCHEDULE_TEST(Failure, RawExit) {
  FailInThread([] { RawSystemCall(SYS_exit_group, 0, 0); });  // RawExit
}

SCHEDULE_TEST(Failure, RawKill) {
  FailInThread([] { RawSystemCall(SYS_kill, RawSystemCall(SYS_getpid, 0, 0), SIGKILL); });  // RawKill
}

SCHEDULE_TEST(Failure, DivisionByZero) {
  FailInThread([] { Opaque(7 / Opaque(0)); });  // DivisionByZero
}

SCHEDULE_TEST(Failure, DoubleFree) {
  FailInThread([] {
    int* block = Opaque(new int(1));
    delete block;
    delete Opaque(block);  // DoubleFree
  });
}

SCHEDULE_TEST(Failure, UseAfterFree) {
  FailInThread([] {
    int* block = Opaque(new int(1));
    delete block;
    *Opaque(block) = 2;  // UseAfterFree
  });
}

SCHEDULE_TEST(Failure, UseAfterFreeOfALargeBlock) {
  FailInThread([] {
    char* block = Opaque(new char[1'000'000]);
    delete[] block;
    Opaque(block)[500'000] = 2;  // UseAfterFreeOfALargeBlock
  });
}

SCHEDULE_TEST(Failure, DeleteOfAnArray) {
  FailInThread([] {
    delete Opaque(new int[2]);  // DeleteOfAnArray
  });
}

SCHEDULE_TEST(Failure, FreeOfNew) {
  FailInThread([] {
    free(Opaque(new int));  // FreeOfNew
  });
}

SCHEDULE_TEST(Failure, DeleteOfMalloc) {
  FailInThread([] {
    delete Opaque(static_cast<int*>(malloc(sizeof(int))));  // DeleteOfMalloc
  });
}

SCHEDULE_TEST(Failure, PlainDeleteOfAligned) {
  FailInThread([] {
    void* block = ::operator new(64, std::align_val_t{64});
    ::operator delete(Opaque(block));  // PlainDeleteOfAligned
  });
}

SCHEDULE_TEST(Failure, DeleteThroughABaseClass) {
  struct Shape {
    int colour = 0;
  };
  struct Circle : Shape {
    long radius = 0;
  };
  FailInThread([] {
    Shape* shape = new Circle;
    delete Opaque(shape);  // DeleteThroughABaseClass
  });
}

SCHEDULE_TEST(Failure, Leak) {
  FailInThread([] {
    int* block = Opaque(new int[3]);  // Leak
    *block = 1;
  });
}

SCHEDULE_TEST(Failure, LeakOfARing) {
  struct Link {
    Link* next = nullptr;
  };
  FailInThread([] {
    Link* first = Opaque(new Link);  // LeakOfARing
    first->next = new Link{first};   // LeakOfARing
  });
}

SCHEDULE_TEST(Failure, LeakOfALargeBlock) {
  FailInThread([] {
    Opaque(malloc(1'000'000));  // LeakOfALargeBlock
  });
}

SCHEDULE_TEST(Failure, LocalOfAnEndedThread) {
  std::atomic<int*> place = nullptr;
  std::thread([&] {
    int local = 1;
    place = &local;
  }).join();
  *place.load() = 2;  // LocalOfAnEndedThread
}

SCHEDULE_TEST(Failure, AtomicOfAReturnedFunction) {
  std::atomic<std::atomic<int>*> place = nullptr;
  std::thread thread([&] {
    std::atomic<int>* number = place;
    if (number != nullptr) ++*number;  // AtomicOfAReturnedFunction
  });
  [&]() __attribute__((noinline)) {
    std::atomic<int> local = 1;
    place = &local;
    ++local;
  }();
  thread.join();
}

SCHEDULE_TEST(Failure, FreeOfTheStack) {
  FailInThread([] {
    int local = 1;
    free(Opaque(&local));  // FreeOfTheStack
  });
}

SCHEDULE_TEST(Failure, LoopWithoutMemory) {
  FailInThread([] {
    for (int i = 0; i >= 0; i = (i + 1) & 1023) asm volatile("" : "+r"(i));  // LoopWithoutMemory
  });
}

SCHEDULE_TEST(Failure, LoopWithMemory) {
  FailInThread([] {
    volatile int number = 0;
    while (Opaque(true)) number = number + 1;  // LoopWithMemory
  });
}

SCHEDULE_TEST(Failure, AtomicSpin) {
  FailInThread([] {
    std::atomic<bool> is_done = false;
    while (!*Opaque(&is_done)) {  // AtomicSpin
    }
  });
}

SCHEDULE_TEST(Failure, YieldingSpin) {
  FailInThread([] {
    std::atomic<bool> is_done = false;
    while (!is_done) std::this_thread::yield();  // YieldingSpin
  });
}

SCHEDULE_TEST(Failure, UnlockByAnother) {
  std::mutex mutex;
  mutex.lock();
  std::thread other([&] { mutex.unlock(); });  // UnlockByAnother
  other.join();
}

SCHEDULE_TEST(Failure, UnlockOfUnlocked) {
  FailInThread([] {
    std::mutex mutex;
    mutex.unlock();  // UnlockOfUnlocked
  });
}

SCHEDULE_TEST(Failure, JoinedTwice) {
  pthread_t thread;
  pthread_create(&thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  pthread_join(thread, nullptr);
  pthread_join(thread, nullptr);  // JoinedTwice
}

SCHEDULE_TEST(Failure, JoinOfDetached) {
  std::atomic<bool> may_end = false;
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void* flag) -> void* {
        static_cast<std::atomic<bool>*>(flag)->wait(false);
        return nullptr;
      },
      &may_end);
  pthread_detach(thread);
  pthread_join(thread, nullptr);  // JoinOfDetached
}

SCHEDULE_TEST(Failure, DestroyOfLocked) {
  FailInThread([] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_destroy(&mutex);  // DestroyOfLocked
  });
}

SCHEDULE_TEST(Failure, UseOfDestroyed) {
  FailInThread([] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_destroy(&mutex);
    pthread_mutex_lock(&mutex);  // UseOfDestroyed
  });
}

SCHEDULE_TEST(Failure, WaitWithoutTheMutex) {
  FailInThread([] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_cond_wait(&condition, &mutex);  // WaitWithoutTheMutex
  });
}

SCHEDULE_TEST(Failure, StoppedChild) {
  FailInThread([] { waitpid(-1, nullptr, WUNTRACED); });  // StoppedChild
}

SCHEDULE_TEST(Failure, Signal) {
  FailInThread([] { raise(SIGUSR1); });  // Signal
}

SCHEDULE_TEST(Failure, IllegalInstruction) {
  FailInThread([] { __builtin_trap(); });  // IllegalInstruction
}

SCHEDULE_TEST(Failure, NoexceptFunctionThrows) {
  FailInThread([]() noexcept { throw 1; });  // NoexceptFunctionThrows
}

SCHEDULE_TEST(Failure, OutOfMemory) {
  FailInThread([] { Opaque(new char[std::size_t{1} << 46]); });  // OutOfMemory
}

// Readers that are always let in pass a writer that waits.
SCHEDULE_TEST(Failure, Starved) {
  std::mutex mutex;
  std::condition_variable last_left;
  int readers = 1;
  int overtaken = 0;
  std::thread writer([&] {
    std::unique_lock lock(mutex);
    last_left.wait(lock, [&] { return readers == 0; });
  });
  for (int i = 0; i < 4; ++i) {
    std::lock_guard lock(mutex);
    overtaken += racecourse::IsWaiting(writer);
    ++readers;
  }
  EXPECT_NOT_STARVED(overtaken < 3) << "overtaken " << overtaken << " times";  // Starved
  std::unique_lock lock(mutex);
  readers = 0;
  lock.unlock();
  last_left.notify_one();
  writer.join();
}

SCHEDULE_TEST(Failure, PlainSpin) {
  FailInThread([] {
    bool is_done = false;
    while (!*Opaque(&is_done)) {  // PlainSpin
    }
  });
}

// Every round changes something, and changes it back.
SCHEDULE_TEST(Failure, PollingLoop) {
  std::mutex mutex;
  bool is_done = false;
  FailInThread([&] {
    for (bool is_over = false; !is_over;) {  // PollingLoop
      mutex.lock();                          // PollingLoop
      is_over = *Opaque(&is_done);
      mutex.unlock();  // PollingLoop
    }
  });
}

SCHEDULE_TEST(Failure, TwoLoops) {
  std::atomic<int> turn = 0;
  std::thread other([&] {
    while (turn != 1) std::this_thread::yield();  // TwoLoops
    turn = 2;
  });
  while (turn != 2) std::this_thread::yield();  // TwoLoops
  turn = 1;
  other.join();
}

// No state comes again, and there is no end all the same.
SCHEDULE_TEST(Failure, CountingLoop) {
  std::mutex mutex;
  long rounds = 0;
  FailInThread([&] {
    while (rounds >= 0) {  // CountingLoop
      mutex.lock();        // CountingLoop
      ++rounds;
      mutex.unlock();  // CountingLoop
    }
  });
}

namespace {

void SetLater(std::mutex* mutex, bool* flag) {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::lock_guard lock(*mutex);
  *flag = true;
}

}  // namespace

SCHEDULE_TEST(Failure, BusySpin) {
  std::atomic<bool> flag = false;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    flag = true;
  });
  while (!flag) {  // BusySpin
  }
  other.join();
}

SCHEDULE_TEST(Failure, BusyPoll) {
  std::mutex mutex;
  bool flag = false;
  std::thread other(SetLater, &mutex, &flag);
  for (bool is_set = false; !is_set;) {  // BusyPoll
    mutex.lock();                        // BusyPoll
    is_set = flag;
    mutex.unlock();  // BusyPoll
  }
  other.join();
}

SCHEDULE_TEST(Failure, BusyYield) {
  std::mutex mutex;
  bool flag = false;
  std::thread other(SetLater, &mutex, &flag);
  for (bool is_set = false; !is_set; std::this_thread::yield()) {  // BusyYield
    std::lock_guard lock(mutex);                                   // BusyYield
    is_set = flag;
  }
  other.join();
}

// Whoever is last, it is the same.
SCHEDULE_TEST(Failure, HarmlessRace) {
  int value = 0;
  std::thread other([&] { value = 1; });  // HarmlessRace
  value = 1;                              // HarmlessRace
  other.join();
}
