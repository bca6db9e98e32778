// Threads of one process that wait for descriptors. Descriptor.* pass; those of Blocked.* and Lost.* fail, at the lines
// marked `// NAME`; Taken.* says nothing.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "racecourse/schedule_test.h"

namespace {

struct Pipe {
  int ends[2];
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    for (int& end : ends) Close(&end);
  }
  int& read_end() { return ends[0]; }
  int& write_end() { return ends[1]; }
  static void Close(int* end) {
    if (*end >= 0) EXPECT_EQ(close(*end), 0);
    *end = -1;
  }
};

}  // namespace

SCHEDULE_TEST(Descriptor, PipeOrdersWhatCameBeforeTheWrite) {
  Pipe pipe;
  int value = 0;
  std::thread writer([&] {
    value = 42;
    EXPECT_EQ(write(pipe.write_end(), "x", 1), 1);
  });
  char c = 0;
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 1);
  EXPECT_EQ(value, 42);
  EXPECT_EQ(c, 'x');
  writer.join();
}

SCHEDULE_TEST(Descriptor, EndOfPipeOrdersWhatCameBeforeTheClose) {
  Pipe pipe;
  int value = 0;
  std::thread writer([&] {
    EXPECT_EQ(write(pipe.write_end(), "abc", 3), 3);
    value = 42;
    Pipe::Close(&pipe.write_end());
  });
  std::string text;
  char c;
  while (read(pipe.read_end(), &c, 1) == 1) text += c;
  EXPECT_EQ(value, 42);
  EXPECT_EQ(text, "abc");
  writer.join();
}

// The end is there when all have closed it, whoever was last.
SCHEDULE_TEST(Descriptor, EndOfPipeOrdersWhatCameBeforeEveryClose) {
  Pipe pipe;
  int value = 0;
  int other = dup(pipe.write_end());
  std::thread writer([&] {
    value = 42;
    close(other);
  });
  Pipe::Close(&pipe.write_end());
  char c;
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 0);
  EXPECT_EQ(value, 42);
  writer.join();
}

SCHEDULE_TEST(Descriptor, EndOfPipeOrdersWhatCameBeforeACloseOfARange) {
  Pipe pipe;
  int value = 0;
  std::thread writer([&] {
    EXPECT_EQ(write(pipe.write_end(), "abc", 3), 3);
    value = 42;
    const auto end = static_cast<unsigned>(std::exchange(pipe.write_end(), -1));
    EXPECT_EQ(close_range(end, end, 0), 0);
  });
  std::string text;
  char c;
  while (read(pipe.read_end(), &c, 1) == 1) text += c;
  EXPECT_EQ(value, 42);
  EXPECT_EQ(text, "abc");
  writer.join();
}

SCHEDULE_TEST(Descriptor, WriterOfMoreThanThePipeHoldsWaitsForTheReader) {
  Pipe pipe;
  const std::string sent(100'000, 'z');
  std::thread writer([&] {
    EXPECT_EQ(write(pipe.write_end(), sent.data(), sent.size()), static_cast<ssize_t>(sent.size()));
    Pipe::Close(&pipe.write_end());
  });
  std::size_t received = 0;
  char buffer[30'000];
  for (ssize_t got; (got = read(pipe.read_end(), buffer, sizeof buffer)) > 0;)
    received += static_cast<std::size_t>(got);
  EXPECT_EQ(received, sent.size());
  writer.join();
}

SCHEDULE_TEST(Descriptor, SmallWritesFillAPipeToTheBrim, {.schedules = 3}) {
  Pipe pipe;
  for (int i = 0; i < 65536 / 64; ++i) {
    char block[64] = {};
    EXPECT_EQ(write(pipe.write_end(), block, sizeof block), 64);
  }
}

SCHEDULE_TEST(Descriptor, NonBlockingOnesSayThatTheyWouldBlock) {
  Pipe pipe;
  EXPECT_EQ(fcntl(pipe.read_end(), F_SETFL, O_NONBLOCK), 0);
  std::thread writer([&] { EXPECT_EQ(write(pipe.write_end(), "x", 1), 1); });
  char c = 0;
  int tries = 0;
  while (read(pipe.read_end(), &c, 1) < 0) {
    EXPECT_EQ(errno, EAGAIN);
    ++tries;
  }
  SOMETIMES(tries > 0);
  EXPECT_EQ(c, 'x');
  writer.join();
}

SCHEDULE_TEST(Descriptor, EventCounterCounts) {
  const int counter = eventfd(0, 0);
  std::thread one([&] { EXPECT_EQ(eventfd_write(counter, 3), 0); });
  std::thread two([&] { EXPECT_EQ(eventfd_write(counter, 4), 0); });
  eventfd_t sum = 0;
  while (sum < 7) {
    eventfd_t value = 0;
    EXPECT_EQ(eventfd_read(counter, &value), 0);
    sum += value;
  }
  EXPECT_EQ(sum, 7u);
  one.join();
  two.join();
  EXPECT_EQ(close(counter), 0);
}

SCHEDULE_TEST(Descriptor, SocketPairGoesBothWays) {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  int there = 0;
  int back = 0;
  std::thread peer([&] {
    char c;
    EXPECT_EQ(recv(ends[1], &c, 1, 0), 1);
    EXPECT_EQ(there, 1);
    back = 2;
    EXPECT_EQ(send(ends[1], "b", 1, 0), 1);
  });
  there = 1;
  EXPECT_EQ(send(ends[0], "a", 1, 0), 1);
  char c;
  EXPECT_EQ(recv(ends[0], &c, 1, 0), 1);
  EXPECT_EQ(back, 2);
  peer.join();
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Descriptor, LoopbackServerServesTwoClients, {.schedules = 300}) {
  const int listening = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  EXPECT_EQ(getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_EQ(listen(listening, 4), 0);
  int values[2] = {};
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&, i] {
      const int fd = socket(AF_INET, SOCK_STREAM, 0);
      EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      values[i] = i + 1;
      const char name = static_cast<char>(i);
      EXPECT_EQ(write(fd, &name, 1), 1);
      char answer = 0;
      EXPECT_EQ(read(fd, &answer, 1), 1);
      EXPECT_EQ(answer, name + 10);
      close(fd);
    });
  }
  for (int i = 0; i < 2; ++i) {
    const int fd = accept(listening, nullptr, nullptr);
    char name = 0;
    EXPECT_EQ(read(fd, &name, 1), 1);
    EXPECT_EQ(values[static_cast<int>(name)], name + 1);
    const char answer = static_cast<char>(name + 10);
    EXPECT_EQ(write(fd, &answer, 1), 1);
    close(fd);
  }
  for (auto& client : clients) client.join();
  close(listening);
}

SCHEDULE_TEST(Descriptor, UnixServerAnswers, {.schedules = 300}) {
  const int listening = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, "\0racecourse-test", 16);
  const socklen_t size = offsetof(sockaddr_un, sun_path) + 16;
  EXPECT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listening, 1), 0);
  int before = 0;
  std::thread client([&] {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    before = 5;
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(write(fd, "hello", 5), 5);
    close(fd);
  });
  const int fd = accept(listening, nullptr, nullptr);
  EXPECT_EQ(before, 5);
  std::string text;
  char c;
  while (read(fd, &c, 1) == 1) text += c;
  EXPECT_EQ(text, "hello");
  client.join();
  close(fd);
  close(listening);
}

SCHEDULE_TEST(Descriptor, PollWaitsForEither) {
  Pipe first;
  Pipe second;
  std::thread one([&] { EXPECT_EQ(write(first.write_end(), "1", 1), 1); });
  std::thread two([&] { EXPECT_EQ(write(second.write_end(), "2", 1), 1); });
  int seen = 0;
  while (seen != 3) {
    pollfd entries[2] = {{first.read_end(), POLLIN, 0}, {second.read_end(), POLLIN, 0}};
    EXPECT_GT(poll(entries, 2, -1), 0);
    SOMETIMES(entries[0].revents == 0);
    SOMETIMES(entries[1].revents == 0);
    char c;
    if (entries[0].revents != 0) {
      EXPECT_EQ(read(first.read_end(), &c, 1), 1);
      seen |= 1;
    }
    if (entries[1].revents != 0) {
      EXPECT_EQ(read(second.read_end(), &c, 1), 1);
      seen |= 2;
    }
  }
  one.join();
  two.join();
}

SCHEDULE_TEST(Descriptor, PollTimesOutInVirtualTime) {
  Pipe pipe;
  const auto begin = std::chrono::steady_clock::now();
  pollfd entry = {pipe.read_end(), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, 60'000), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

SCHEDULE_TEST(Descriptor, SelectTellsWhich) {
  Pipe pipe;
  std::thread writer([&] { EXPECT_EQ(write(pipe.write_end(), "x", 1), 1); });
  fd_set reads;
  FD_ZERO(&reads);
  FD_SET(pipe.read_end(), &reads);
  timeval timeout = {3600, 0};
  const int ready = select(pipe.read_end() + 1, &reads, nullptr, nullptr, &timeout);
  SOMETIMES(ready == 0);
  SOMETIMES(ready == 1);
  EXPECT_EQ(FD_ISSET(pipe.read_end(), &reads), ready == 1);
  writer.join();
}

SCHEDULE_TEST(Descriptor, EpollTellsWhich) {
  Pipe pipe;
  const int epoll = epoll_create1(0);
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u32 = 17;
  EXPECT_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, pipe.read_end(), &event), 0);
  int value = 0;
  std::thread writer([&] {
    value = 9;
    EXPECT_EQ(write(pipe.write_end(), "x", 1), 1);
  });
  epoll_event seen = {};
  EXPECT_EQ(epoll_wait(epoll, &seen, 1, -1), 1);
  EXPECT_EQ(seen.data.u32, 17u);
  EXPECT_EQ(value, 9);
  writer.join();
  close(epoll);
}

SCHEDULE_TEST(Descriptor, DuplicatesKeepThePipeOpen) {
  Pipe pipe;
  std::thread writer([&] {
    const int copy = dup(pipe.write_end());
    Pipe::Close(&pipe.write_end());
    EXPECT_EQ(write(copy, "x", 1), 1);
    close(copy);
  });
  char c;
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 1);
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 0);
  writer.join();
}

SCHEDULE_TEST(Descriptor, StandardOutputComesBack, {.schedules = 20}) {
  Pipe pipe;
  EXPECT_EQ(dup2(pipe.write_end(), 1), 1);
  EXPECT_EQ(write(1, "x", 1), 1);
  char c = 0;
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 1);
  close(1);
  EXPECT_EQ(fcntl(1, F_GETFD), -1);
}

// Any port if `port` is 0. Returns the socket, or -1 with errno set, and which port it got.
int BoundSocket(in_port_t* port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = *port;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  *port = address.sin_port;
  return fd;
}

SCHEDULE_TEST(Descriptor, PortIsTakenOnce, {.schedules = 20}) {
  in_port_t port = 0;
  const int first = BoundSocket(&port);
  EXPECT_GE(first, 0);
  EXPECT_EQ(BoundSocket(&port), -1);
  EXPECT_EQ(errno, EADDRINUSE);
  close(first);
  const int again = BoundSocket(&port);
  EXPECT_GE(again, 0);
  close(again);
}

// Bound before any execution begins, as by another program; out of the way of the numbers below.
in_port_t taken_port = 0;
const int taken = [] {
  const int fd = BoundSocket(&taken_port);
  const int high = fcntl(fd, F_DUPFD, 200);
  close(fd);
  return high;
}();

SCHEDULE_TEST(Taken, PortOfAnotherProgram) {
  in_port_t port = taken_port;
  EXPECT_GE(BoundSocket(&port), 0);
}

SCHEDULE_TEST(Descriptor, NumbersAreTheSameInEveryExecution, {.schedules = 20}) {
  const int first = eventfd(0, 0);
  const int second = eventfd(0, 0);
  EXPECT_EQ(first + 1, second);
  static int expected = -1;
  if (expected < 0) expected = first;
  EXPECT_EQ(first, expected);
}

SCHEDULE_TEST(Blocked, WriteEndStaysOpen) {
  Pipe pipe;  // WriteEndStaysOpen
  std::thread reader([&] {
    char c;
    while (read(pipe.read_end(), &c, 1) == 1) {  // WriteEndStaysOpen
    }
  });
  EXPECT_EQ(write(pipe.write_end(), "abc", 3), 3);
  reader.join();  // WriteEndStaysOpen
}

SCHEDULE_TEST(Blocked, TwoFullPipes, {.schedules = 50}) {
  Pipe there;  // TwoFullPipes
  Pipe back;   // TwoFullPipes
  const std::string much(100'000, 'm');
  const auto copy = [&much](int to, int from) {
    EXPECT_EQ(write(to, much.data(), much.size()), 100'000);  // TwoFullPipes
    std::string got(much.size(), ' ');
    EXPECT_GT(read(from, got.data(), got.size()), 0);
  };
  std::thread other([&] { copy(back.write_end(), there.read_end()); });
  copy(there.write_end(), back.read_end());
  other.join();  // TwoFullPipes
}

SCHEDULE_TEST(Blocked, EventMissed) {
  const int counter = eventfd(0, 0);
  std::thread one([&] { EXPECT_EQ(eventfd_write(counter, 1), 0); });
  std::thread two([&] { EXPECT_EQ(eventfd_write(counter, 1), 0); });
  eventfd_t value;
  EXPECT_EQ(eventfd_read(counter, &value), 0);
  EXPECT_EQ(eventfd_read(counter, &value), 0);  // EventMissed
  one.join();
  two.join();
  close(counter);
}

SCHEDULE_TEST(Blocked, NobodyReads) {
  Pipe pipe;
  std::thread reader([&] { Pipe::Close(&pipe.read_end()); });
  EXPECT_EQ(write(pipe.write_end(), "x", 1), 1);  // NobodyReads
  reader.join();
}

SCHEDULE_TEST(Blocked, ReadBeforeTheBytesCame) {
  Pipe pipe;
  int value = 0;
  std::thread writer([&] {
    EXPECT_EQ(write(pipe.write_end(), "x", 1), 1);
    value = 42;  // ReadBeforeTheBytesCame
  });
  char c;
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 1);
  EXPECT_EQ(value, 42);  // ReadBeforeTheBytesCame
  writer.join();
}

SCHEDULE_TEST(Blocked, OnlyTheOtherWritersBytesWereRead) {
  Pipe pipe;
  int value = 0;
  std::thread one([&] { EXPECT_EQ(write(pipe.write_end(), "1", 1), 1); });
  std::thread two([&] {
    value = 42;  // OnlyTheOtherWritersBytesWereRead
    EXPECT_EQ(write(pipe.write_end(), "2", 1), 1);
  });
  char c;
  EXPECT_EQ(read(pipe.read_end(), &c, 1), 1);
  EXPECT_LE(value, 42);  // OnlyTheOtherWritersBytesWereRead
  one.join();
  two.join();
}

SCHEDULE_TEST(Blocked, BufferIsReadWhileItIsFilled) {
  Pipe pipe;
  EXPECT_EQ(write(pipe.write_end(), "x", 1), 1);
  char buffer[1] = {};
  std::thread reader([&] { EXPECT_EQ(read(pipe.read_end(), buffer, 1), 1); });  // BufferIsReadWhileItIsFilled
  EXPECT_GE(buffer[0], 0);                                                      // BufferIsReadWhileItIsFilled
  reader.join();
}
