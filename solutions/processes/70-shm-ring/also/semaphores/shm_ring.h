// A ring in shared memory that two semaphores count: the places that are free, and the items that are there. Whoever
// has taken one off has what it stands for. The semaphores order what the two sides write, and they do the sleeping.

#ifndef SHM_RING_H_
#define SHM_RING_H_

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

template <class T>
  requires std::is_trivially_copyable_v<T>
class ShmRing {
 public:
  enum class Peer { alive, died };

  static ShmRing create(std::string name, std::uint32_t capacity, std::uint32_t first = 0) {
    const int fd = shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd < 0) Fail("shm_open");
    const std::size_t size = sizeof(Segment) + capacity * sizeof(T);
    void* memory = ftruncate(fd, static_cast<off_t>(size)) == 0 ? Map(fd, size) : MAP_FAILED;
    close(fd);
    if (memory == MAP_FAILED) {
      shm_unlink(name.c_str());
      Fail("mmap");
    }
    // New memory is all zeroes, and that is what an atomic is that holds zero. Writing it again might be seen by
    // somebody who looks too early.
    auto* segment = static_cast<Segment*>(memory);
    segment->capacity = capacity;
    segment->next_to_push = segment->next_to_pop = first % capacity;
    sem_init(&segment->room, 1, capacity);
    sem_init(&segment->items, 1, 0);
    for (Side& side : segment->sides) {
      pthread_mutexattr_t attributes;
      pthread_mutexattr_init(&attributes);
      pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
      pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
      pthread_mutex_init(&side.life, &attributes);
      pthread_mutexattr_destroy(&attributes);
    }
    ShmRing ring(std::move(name), segment, size, 0);
    segment->ready.store(1, std::memory_order_release);
    return ring;
  }

  static std::optional<ShmRing> attach(std::string name) {
    const int fd = shm_open(name.c_str(), O_RDWR, 0);
    if (fd < 0) return std::nullopt;
    struct stat status = {};
    const bool has_size = fstat(fd, &status) == 0 && status.st_size >= static_cast<off_t>(sizeof(Segment));
    const auto size = static_cast<std::size_t>(status.st_size);
    void* memory = has_size ? Map(fd, size) : MAP_FAILED;
    close(fd);
    if (memory == MAP_FAILED) return std::nullopt;
    auto* segment = static_cast<Segment*>(memory);
    if (segment->ready.load(std::memory_order_acquire) == 0) {
      munmap(memory, size);
      return std::nullopt;
    }
    return ShmRing(std::move(name), segment, size, 1);
  }

  ShmRing(ShmRing&& other) noexcept
      : name_(std::move(other.name_)),
        segment_(std::exchange(other.segment_, nullptr)),
        size_(other.size_),
        side_(other.side_) {}
  ShmRing& operator=(ShmRing&&) = delete;

  // Whoever leaves last takes the name with him.
  ~ShmRing() {
    if (segment_ == nullptr) return;
    pthread_mutex_unlock(&segment_->sides[side_].life);
    if (!IsThere(segment_->sides[1 - side_])) unlink();
    munmap(segment_, size_);
  }

  bool try_push(const T& item) {
    if (sem_trywait(&segment_->room) != 0) return false;
    Put(item);
    return true;
  }

  bool try_pop(T& item) {
    if (sem_trywait(&segment_->items) != 0) return false;
    item = Take();
    return true;
  }

  bool push(const T& item) {
    while (!Await(segment_->room, kSlice)) {
      if (peer() == Peer::died) return false;
    }
    Put(item);
    return true;
  }

  std::optional<T> pop() { return PopUntil(std::nullopt); }

  std::optional<T> pop_for(std::chrono::milliseconds timeout) { return PopUntil(Clock::now() + timeout); }

  Peer peer() const {
    Side& other = segment_->sides[1 - side_];
    // In this order: who has come holds the mutex, or held it and has gone.
    const bool has_come = other.came.load(std::memory_order_acquire) != 0;
    return IsThere(other) || !has_come ? Peer::alive : Peer::died;
  }

  void unlink() {
    if (segment_->unlinked.exchange(1, std::memory_order_relaxed) == 0) shm_unlink(name_.c_str());
  }

 private:
  using Clock = std::chrono::steady_clock;
  // Nobody wakes those who wait for the dead, so they look themselves now and then.
  static constexpr std::chrono::milliseconds kSlice{20};

  struct Side {
    pthread_mutex_t life;  // held by whoever is on this side
    std::atomic<std::uint32_t> came;
  };
  // Two processes may have it at two addresses: no pointers in here.
  struct Segment {
    std::atomic<std::uint32_t> ready;
    std::atomic<std::uint32_t> unlinked;
    std::uint32_t capacity;
    Side sides[2];               // the creator's, the other's
    std::uint32_t next_to_push;  // the place; the producer's own
    std::uint32_t next_to_pop;   // the consumer's own
    sem_t room;
    sem_t items;
  };
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
  static_assert(alignof(T) <= alignof(Segment));

  ShmRing(std::string name, Segment* segment, std::size_t size, int side)
      : name_(std::move(name)), segment_(segment), size_(size), side_(side) {
    Side& own = segment_->sides[side_];
    // The other side may have died in the moment in which it looked whether somebody is here.
    if (pthread_mutex_lock(&own.life) == EOWNERDEAD) pthread_mutex_consistent(&own.life);
    own.came.store(1, std::memory_order_release);
  }

  [[noreturn]] static void Fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

  static void* Map(int fd, std::size_t size) { return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); }

  static bool IsThere(Side& side) {
    const int result = pthread_mutex_trylock(&side.life);
    if (result == EBUSY) return true;
    if (result == EOWNERDEAD) {
      pthread_mutex_consistent(&side.life);
      side.came.store(1, std::memory_order_release);
    }
    pthread_mutex_unlock(&side.life);
    return false;
  }

  // REQUIRES: a place was taken off `room`.
  void Put(const T& item) {
    Items()[segment_->next_to_push] = item;
    segment_->next_to_push = (segment_->next_to_push + 1) % segment_->capacity;
    sem_post(&segment_->items);
  }

  // REQUIRES: an item was taken off `items`.
  T Take() {
    const T item = Items()[segment_->next_to_pop];
    segment_->next_to_pop = (segment_->next_to_pop + 1) % segment_->capacity;
    sem_post(&segment_->room);
    return item;
  }

  T* Items() const { return reinterpret_cast<T*>(segment_ + 1); }

  std::optional<T> PopUntil(std::optional<Clock::time_point> deadline) {
    for (;;) {
      // Asked before looking: what the other side pushed and then ended is still to be had.
      const bool is_alone = peer() == Peer::died;
      if (sem_trywait(&segment_->items) == 0) return Take();
      std::chrono::nanoseconds longest = kSlice;
      if (deadline) longest = std::min<std::chrono::nanoseconds>(longest, *deadline - Clock::now());
      if (is_alone || longest.count() <= 0) return std::nullopt;
      if (Await(segment_->items, longest)) return Take();
    }
  }

  static bool Await(sem_t& semaphore, std::chrono::nanoseconds longest) {
    const auto until = std::chrono::system_clock::now().time_since_epoch() + longest;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(until);
    const timespec deadline = {.tv_sec = static_cast<std::time_t>(seconds.count()),
                               .tv_nsec = static_cast<long>(std::chrono::nanoseconds(until - seconds).count())};
    return sem_timedwait(&semaphore, &deadline) == 0;
  }

  std::string name_;
  Segment* segment_;
  std::size_t size_;
  int side_;
};

#endif  // SHM_RING_H_
