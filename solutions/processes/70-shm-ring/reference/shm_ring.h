// A ring in shared memory. Each of the two counters has one writer and only grows; the item is written before the
// counter that shows it. Nobody holds a lock while he works on the ring, so that whoever dies leaves it whole. For
// sleeping there is the futex, on the counter that has to change; and whether the other side still lives tells a robust
// mutex that each side holds for as long as it is there: the kernel lets go of it when its owner ends, however that
// comes about.

#ifndef SHM_RING_H_
#define SHM_RING_H_

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
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
    const std::size_t size = sizeof(Segment) + std::bit_ceil(capacity) * sizeof(T);
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
    segment->head.store(first, std::memory_order_relaxed);
    segment->tail.store(first, std::memory_order_relaxed);
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
    const std::uint32_t tail = segment_->tail.load(std::memory_order_relaxed);
    if (tail - segment_->head.load(std::memory_order_acquire) == segment_->capacity) return false;
    *Slot(tail) = item;
    segment_->tail.store(tail + 1, std::memory_order_release);
    Wake(segment_->tail);
    return true;
  }

  bool try_pop(T& item) {
    const std::uint32_t head = segment_->head.load(std::memory_order_relaxed);
    if (head == segment_->tail.load(std::memory_order_acquire)) return false;
    item = *Slot(head);
    segment_->head.store(head + 1, std::memory_order_release);
    Wake(segment_->head);
    return true;
  }

  bool push(const T& item) {
    for (;;) {
      const std::uint32_t seen = segment_->head.load(std::memory_order_acquire);
      if (try_push(item)) return true;
      if (peer() == Peer::died) return false;
      WaitForChange(segment_->head, seen, kSlice);
    }
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
    Side sides[2];  // the creator's, the other's
    alignas(64) std::atomic<std::uint32_t> tail;
    alignas(64) std::atomic<std::uint32_t> head;
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

  // The counters run over at 2^32, which a power of two divides. What the capacity says is another matter.
  T* Slot(std::uint32_t number) const {
    return reinterpret_cast<T*>(segment_ + 1) + (number & (std::bit_ceil(segment_->capacity) - 1));
  }

  std::optional<T> PopUntil(std::optional<Clock::time_point> deadline) {
    for (;;) {
      // Asked before looking: what the other side pushed and then ended is still to be had.
      const bool is_alone = peer() == Peer::died;
      const std::uint32_t seen = segment_->tail.load(std::memory_order_acquire);
      T item;
      if (try_pop(item)) return item;
      std::chrono::nanoseconds longest = kSlice;
      if (deadline) longest = std::min<std::chrono::nanoseconds>(longest, *deadline - Clock::now());
      if (is_alone || longest.count() <= 0) return std::nullopt;
      WaitForChange(segment_->tail, seen, longest);
    }
  }

  // FUTEX_WAIT and not FUTEX_WAIT_PRIVATE: who sleeps there may be in another process.
  static void WaitForChange(std::atomic<std::uint32_t>& counter, std::uint32_t seen, std::chrono::nanoseconds longest) {
    const timespec timeout = {.tv_sec = static_cast<std::time_t>(longest.count() / 1'000'000'000),
                              .tv_nsec = static_cast<long>(longest.count() % 1'000'000'000)};
    syscall(SYS_futex, &counter, FUTEX_WAIT, seen, &timeout, nullptr, 0);
  }
  static void Wake(std::atomic<std::uint32_t>& counter) {
    syscall(SYS_futex, &counter, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }

  std::string name_;
  Segment* segment_;
  std::size_t size_;
  int side_;
};

#endif  // SHM_RING_H_
