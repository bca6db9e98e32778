// As ../primitives.cc: calls that may block, as cancellation points and interrupted by signals.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "racecourse/schedule_test.h"

namespace {

// Starts body(argument) and cancels it at some moment; returns what it came to.
template <typename Argument>
void* Cancelled(void* (*body)(void*), Argument* argument) {
  pthread_t thread;
  EXPECT_EQ(pthread_create(&thread, nullptr, body, argument), 0);
  EXPECT_EQ(pthread_cancel(thread), 0);
  void* result = nullptr;
  EXPECT_EQ(pthread_join(thread, &result), 0);
  return result;
}

struct Pipe {
  int ends[2];
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  int Reading() const { return ends[0]; }
  int Writing() const { return ends[1]; }
};

struct SocketPair {
  int ends[2];
  SocketPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
  ~SocketPair() {
    close(ends[0]);
    close(ends[1]);
  }
};

struct Listener {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  Listener() {
    // The kernel chooses a name: another run of this program may have any that is written here.
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family), 0);
    EXPECT_EQ(listen(fd, 1), 0);
  }
  ~Listener() { close(fd); }
};

// A pipe holds this much.
constexpr std::size_t kPipeSize = 65536;
char much[kPipeSize * 2];

// What the calls below block on for ever.
struct Blocked {
  Pipe empty;
  Pipe full;
  SocketPair sockets;
  Listener listener;
  sem_t semaphore;
  int word = 0;
  Blocked() {
    EXPECT_EQ(write(full.Writing(), much, kPipeSize), static_cast<ssize_t>(kPipeSize));
    sem_init(&semaphore, 0, 0);
  }
  char byte = 0;
  iovec Part() { return {&byte, 1}; }
};
using Call = long (*)(Blocked&);

constexpr Call kWaitsForOne[] = {
    [](Blocked& b) -> long { return read(b.empty.Reading(), &b.byte, 1); },
    [](Blocked& b) -> long {
      const iovec part = b.Part();
      return readv(b.empty.Reading(), &part, 1);
    },
    [](Blocked& b) -> long { return write(b.full.Writing(), "x", 1); },
    [](Blocked& b) -> long {
      const iovec part = b.Part();
      return writev(b.full.Writing(), &part, 1);
    },
    [](Blocked& b) -> long { return recv(b.sockets.ends[0], &b.byte, 1, 0); },
    [](Blocked& b) -> long { return recvfrom(b.sockets.ends[0], &b.byte, 1, 0, nullptr, nullptr); },
    [](Blocked& b) -> long { return accept(b.listener.fd, nullptr, nullptr); },
    [](Blocked& b) -> long { return sem_wait(&b.semaphore); },
};
constexpr Call kWaitsForOneOfSeveral[] = {
    [](Blocked& b) -> long {
      pollfd entry = {b.empty.Reading(), POLLIN, 0};
      return poll(&entry, 1, -1);
    },
    [](Blocked& b) -> long {
      pollfd entry = {b.empty.Reading(), POLLIN, 0};
      return ppoll(&entry, 1, nullptr, nullptr);
    },
    [](Blocked& b) -> long {
      fd_set set;
      FD_ZERO(&set);
      FD_SET(b.empty.Reading(), &set);
      return select(b.empty.Reading() + 1, &set, nullptr, nullptr, nullptr);
    },
    [](Blocked& b) -> long {
      fd_set set;
      FD_ZERO(&set);
      FD_SET(b.empty.Reading(), &set);
      return pselect(b.empty.Reading() + 1, &set, nullptr, nullptr, nullptr, nullptr);
    },
    [](Blocked& b) -> long {
      const int epoll = epoll_create1(0);
      epoll_event event = {};
      event.events = EPOLLIN;
      epoll_ctl(epoll, EPOLL_CTL_ADD, b.empty.Reading(), &event);
      // The one that waits may be cancelled and leave it open; the end of the execution closes it.
      const int ready = epoll_wait(epoll, &event, 1, -1);
      const int error = errno;
      close(epoll);
      errno = error;
      return ready;
    },
};

// Those that need not wait, and are cancellation points all the same.
constexpr Call kThatDoNotWait[] = {
    [](Blocked& b) -> long { return read(b.full.Reading(), &b.byte, 1); },
    [](Blocked& b) -> long { return write(b.empty.Writing(), "x", 1); },
    [](Blocked& b) -> long { return send(b.sockets.ends[0], "x", 1, 0); },
    [](Blocked& b) -> long {
      pollfd entry = {b.full.Reading(), POLLIN, 0};
      return poll(&entry, 1, 0);
    },
    [](Blocked&) -> long { return open("/dev/null", O_RDONLY); },
    [](Blocked&) -> long { return close(-1); },
    [](Blocked&) -> long { return fsync(-1); },
    [](Blocked& b) -> long { return pread(-1, &b.byte, 1, 0); },
    [](Blocked& b) -> long { return pwrite(-1, &b.byte, 1, 0); },
    [](Blocked&) -> long { return connect(-1, nullptr, 0); },
    [](Blocked&) -> long { return waitpid(-1, nullptr, 0); },
    [](Blocked&) -> long { return usleep(0); },
};

struct Task {
  Call call;
  Blocked* blocked;
  bool has_returned = false;
};
void* Run(void* p) {
  auto& task = *static_cast<Task*>(p);
  task.call(*task.blocked);
  task.has_returned = true;
  return nullptr;
}

void Install(void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  EXPECT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
}

std::atomic<int> handled;
void Count(int) { ++handled; }

}  // namespace

SCHEDULE_TEST(CancellationPoints, PassesBlocked) {
  Blocked blocked;
  for (const Call call : kWaitsForOne) {
    Task task = {call, &blocked};
    EXPECT_EQ(Cancelled(Run, &task), PTHREAD_CANCELED);
    EXPECT_FALSE(task.has_returned);
  }
  for (const Call call : kWaitsForOneOfSeveral) {
    Task task = {call, &blocked};
    EXPECT_EQ(Cancelled(Run, &task), PTHREAD_CANCELED);
    EXPECT_FALSE(task.has_returned);
  }
}

SCHEDULE_TEST(CancellationPoints, PassesWithoutWaiting) {
  Blocked blocked;
  static sem_t requested;
  sem_init(&requested, 0, 0);
  for (const Call call : kThatDoNotWait) {
    Task task = {call, &blocked};
    pthread_t thread;
    pthread_create(
        &thread, nullptr,
        +[](void* p) -> void* {
          pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
          sem_wait(&requested);
          pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
          return Run(p);
        },
        &task);
    pthread_cancel(thread);
    sem_post(&requested);
    void* result = nullptr;
    pthread_join(thread, &result);
    EXPECT_EQ(result, PTHREAD_CANCELED);
    EXPECT_FALSE(task.has_returned);
  }
  // Nothing of it happened.
  char byte;
  EXPECT_EQ(fcntl(blocked.empty.Reading(), F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(read(blocked.empty.Reading(), &byte, 1), -1);
  EXPECT_EQ(recv(blocked.sockets.ends[1], &byte, 1, MSG_DONTWAIT), -1);
}

SCHEDULE_TEST(CancellationPoints, PassesCallsThatAreNone) {
  int done = 0;
  void* result = Cancelled(
      +[](void* p) -> void* {
        static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        static sem_t semaphore;
        sem_init(&semaphore, 0, 0);
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
        sem_post(&semaphore);
        const int copy = dup(0);
        const int other = dup2(0, copy);
        EXPECT_EQ(copy, other);
        EXPECT_NE(getpid(), 0);
        ++*static_cast<int*>(p);
        return p;
      },
      &done);
  EXPECT_EQ(done, 1);
  EXPECT_EQ(result, &done);
}

SCHEDULE_TEST(CancellationPoints, PassesCleanup) {
  static Pipe* data;
  static int cleaned;
  Pipe own;
  data = &own;
  cleaned = 0;
  int unused = 0;
  void* result = Cancelled(
      +[](void*) -> void* {
        char byte;
        pthread_cleanup_push(+[](void*) { ++cleaned; }, nullptr);
        while (read(data->Reading(), &byte, 1) < 0) {
        }
        pthread_cleanup_pop(1);
        return nullptr;
      },
      &unused);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  SOMETIMES(cleaned == 1);
  // The pipe is as it was.
  EXPECT_EQ(write(own.Writing(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(own.Reading(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

// What the cancelled thread took, nobody has.
SCHEDULE_TEST(CancellationPoints, FailsToPassOnWhatItRead) {
  static Pipe* from;
  static Pipe* to;
  Pipe first, second;
  from = &first;
  to = &second;
  EXPECT_EQ(write(first.Writing(), "x", 1), 1);
  int unused = 0;
  Cancelled(
      +[](void*) -> void* {
        char byte;
        while (read(from->Reading(), &byte, 1) == 1) {
          if (write(to->Writing(), &byte, 1) != 1) break;
        }
        return nullptr;
      },
      &unused);
  pollfd entries[] = {{first.Reading(), POLLIN, 0}, {second.Reading(), POLLIN, 0}};
  EXPECT_EQ(poll(entries, 2, 0), 1);
}

// says: has ended without unlocking it
SCHEDULE_TEST(CancellationPoints, DeadlocksWithItsMutex) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static Pipe* data;
  Pipe own;
  data = &own;
  int unused = 0;
  Cancelled(
      +[](void*) -> void* {
        char byte;
        pthread_mutex_lock(&mutex);
        if (read(data->Reading(), &byte, 1) < 0) return nullptr;
        pthread_mutex_unlock(&mutex);
        return nullptr;
      },
      &unused);
  pthread_mutex_lock(&mutex);
}

// says: does not rethrow
SCHEDULE_TEST(CancellationPoints, MisusesSwallowed) {
  static Pipe* data;
  Pipe own;
  data = &own;
  int unused = 0;
  Cancelled(
      +[](void*) -> void* {
        try {
          char byte;
          return read(data->Reading(), &byte, 1) == 1 ? &data : nullptr;
        } catch (...) {
        }
        return nullptr;
      },
      &unused);
}

// Without SA_RESTART, any may fail.
SCHEDULE_TEST(InterruptedCalls, PassesFailing) {
  Blocked blocked;
  Install(Count, 0);
  const auto check = [&](Call call) {
    handled = 0;
    long result = 0;
    int error = 0;
    std::thread waiter([&] {
      result = call(blocked);
      error = errno;
    });
    // The one that comes before the call has no effect on it.
    pthread_kill(waiter.native_handle(), SIGUSR1);
    while (handled == 0) std::this_thread::yield();
    pthread_cancel(waiter.native_handle());
    waiter.join();
    if (result != 0) {
      EXPECT_EQ(result, -1);
      EXPECT_EQ(error, EINTR);
    }
    return error == EINTR;
  };
  int interrupted = 0;
  for (const Call call : kWaitsForOne) interrupted += check(call) ? 1 : 0;
  SOMETIMES(interrupted == std::size(kWaitsForOne));
  interrupted = 0;
  for (const Call call : kWaitsForOneOfSeveral) interrupted += check(call) ? 1 : 0;
  SOMETIMES(interrupted == std::size(kWaitsForOneOfSeveral));
}

// With it, some go on, and some never do.
SCHEDULE_TEST(InterruptedCalls, PassesRestarted) {
  Blocked blocked;
  Install(Count, SA_RESTART);
  const auto is_interrupted = [&](Call call) {
    handled = 0;
    bool returned = false;
    std::thread waiter([&] {
      call(blocked);
      EXPECT_EQ(errno, EINTR);
      returned = true;
    });
    pthread_kill(waiter.native_handle(), SIGUSR1);
    while (handled == 0) std::this_thread::yield();
    pthread_cancel(waiter.native_handle());
    waiter.join();
    return returned;
  };
  for (const Call call : kWaitsForOne) EXPECT_FALSE(is_interrupted(call));
  int interrupted = 0;
  for (const Call call : kWaitsForOneOfSeveral) interrupted += is_interrupted(call) ? 1 : 0;
  SOMETIMES(interrupted == std::size(kWaitsForOneOfSeveral));
}

SCHEDULE_TEST(InterruptedCalls, PassesFutex) {
  Install(Count, SA_RESTART);
  static int word;
  word = 0;
  const pthread_t self = pthread_self();
  std::thread sender([&] {
    pthread_kill(self, SIGUSR1);
    __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  });
  const long result = syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
  if (result != 0) EXPECT_EQ(errno, EAGAIN);
  sender.join();
  std::thread second([&] { pthread_kill(self, SIGUSR1); });
  const timespec second_of_time = {1, 0};
  EXPECT_EQ(syscall(SYS_futex, &word, FUTEX_WAIT, 1, &second_of_time, nullptr, 0), -1);
  SOMETIMES(errno == EINTR);
  SOMETIMES(errno == ETIMEDOUT);
  second.join();
}

SCHEDULE_TEST(InterruptedCalls, PassesPartOfAWrite) {
  Pipe data;
  Install(Count, 0);
  handled = 0;
  const pthread_t self = pthread_self();
  std::thread other([&] {
    pthread_kill(self, SIGUSR1);
    while (handled == 0) std::this_thread::yield();
    ssize_t taken = 0;
    while (taken < static_cast<ssize_t>(kPipeSize)) taken += read(data.Reading(), much, kPipeSize);
  });
  const ssize_t written = write(data.Writing(), much, kPipeSize + 4096);
  if (written != static_cast<ssize_t>(kPipeSize) + 4096) EXPECT_EQ(written, static_cast<ssize_t>(kPipeSize));
  SOMETIMES(written == static_cast<ssize_t>(kPipeSize));
  other.join();
}

// What is ignored interrupts nothing.
SCHEDULE_TEST(InterruptedCalls, PassesIgnored) {
  Pipe data;
  Install(SIG_IGN, 0);
  const pthread_t self = pthread_self();
  std::thread other([&] {
    pthread_kill(self, SIGUSR1);
    EXPECT_EQ(write(data.Writing(), "x", 1), 1);
  });
  pollfd entry = {data.Reading(), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, -1), 1);
  other.join();
}

// The signal comes in no other moment than the wait.
SCHEDULE_TEST(InterruptedCalls, PassesWithAMask) {
  Pipe data;
  Install(Count, SA_RESTART);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const pthread_t self = pthread_self();
  for (int way = 0; way < 3; ++way) {
    handled = 0;
    std::thread sender([&] { pthread_kill(self, SIGUSR1); });
    int result = 0;
    if (way == 0) {
      pollfd entry = {data.Reading(), POLLIN, 0};
      result = ppoll(&entry, 1, nullptr, &before);
    } else if (way == 1) {
      fd_set set;
      FD_ZERO(&set);
      FD_SET(data.Reading(), &set);
      result = pselect(data.Reading() + 1, &set, nullptr, nullptr, nullptr, &before);
    } else {
      const int epoll = epoll_create1(0);
      epoll_event event = {};
      result = epoll_pwait(epoll, &event, 1, -1, &before);
      const int error = errno;
      close(epoll);
      errno = error;
    }
    EXPECT_EQ(result, -1);
    EXPECT_EQ(errno, EINTR);
    EXPECT_EQ(handled, 1);
    sender.join();
  }
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  EXPECT_EQ(sigismember(&now, SIGUSR1), 1);
}

SCHEDULE_TEST(InterruptedCalls, PassesWithATimeoutOfASocket) {
  SocketPair sockets;
  Install(Count, SA_RESTART);
  const timeval limit = {2, 0};
  EXPECT_EQ(setsockopt(sockets.ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
  const pthread_t self = pthread_self();
  std::thread sender([&] { pthread_kill(self, SIGUSR1); });
  timespec begin = {}, end = {};
  clock_gettime(CLOCK_MONOTONIC, &begin);
  char byte;
  EXPECT_EQ(recv(sockets.ends[0], &byte, 1, 0), -1);
  clock_gettime(CLOCK_MONOTONIC, &end);
  const bool is_interrupted = errno == EINTR;
  if (!is_interrupted) {
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_GE(end.tv_sec - begin.tv_sec, 2);
  }
  SOMETIMES(is_interrupted);
  SOMETIMES(!is_interrupted);
  sender.join();
}

// Takes every failure for the end.
SCHEDULE_TEST(InterruptedCalls, FailsWithoutAnotherTry) {
  Pipe data;
  Install(Count, 0);
  const pthread_t self = pthread_self();
  std::thread other([&] {
    pthread_kill(self, SIGUSR1);
    EXPECT_EQ(write(data.Writing(), "x", 1), 1);
  });
  char byte;
  EXPECT_EQ(read(data.Reading(), &byte, 1), 1);
  other.join();
}

// Counts on the signal to end the call, which is taken up again.
// says: data from
SCHEDULE_TEST(InterruptedCalls, DeadlocksRestarted) {
  Pipe data;
  Install(Count, SA_RESTART);
  handled = 0;
  const pthread_t self = pthread_self();
  std::thread other([&] { pthread_kill(self, SIGUSR1); });
  char byte;
  while (handled == 0 && read(data.Reading(), &byte, 1) < 0) {
  }
  other.join();
}
