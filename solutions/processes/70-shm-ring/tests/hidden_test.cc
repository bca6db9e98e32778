// The tests that students do not see. As in the public ones, all that is expected holds in every schedule of a right
// program. That no process is left over is looked after by the framework, in every test.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "adapter.h"
#include "processes.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

using namespace std::chrono_literals;

bool IsNameTaken(const char* name) {
  const int fd = shm_open(name, O_RDONLY, 0);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

int OpenDescriptors() {
  int count = 0;
  for (int fd = 3; fd < 64; ++fd) count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

// Makes a second object with the same contents. Mapped into memory it is the same ring at another address.
void Copy(const char* from, const char* to) {
  const int source = shm_open(from, O_RDONLY, 0);
  const int copy = shm_open(to, O_CREAT | O_EXCL | O_RDWR, 0600);
  EXPECT_GE(source, 0) << "the ring has to be in the shared memory of the name that it was given";
  EXPECT_GE(copy, 0);
  std::string bytes(1 << 16, '\0');
  for (ssize_t count; (count = read(source, bytes.data(), bytes.size())) > 0;) {
    EXPECT_EQ(write(copy, bytes.data(), static_cast<std::size_t>(count)), count);
  }
  close(source);
  close(copy);
}

// Begins where counters of 32 bits run over, with a capacity that does not divide 2^32.
SCHEDULE_TEST(Wrap, CountersRunOver) {
  const auto ring = Create("/ring", 3, 0xffff'fffeu);
  for (unsigned i = 0; i < 4; ++i) {
    for (unsigned j = 0; j < 3; ++j) EXPECT_TRUE(ring->TryPush(10 * i + j));
    EXPECT_FALSE(ring->TryPush(99)) << "there are only three places";
    for (unsigned j = 0; j < 3; ++j) EXPECT_EQ(InWords(ring->TryPop()), std::to_string(10 * i + j));
    EXPECT_EQ(InWords(ring->TryPop()), "nothing");
  }
}

SCHEDULE_TEST(Wrap, OnePlaceIsEnough) {
  const auto ring = Create("/ring", 1, 0xffff'fffeu);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_TRUE(ring->TryPush(i));
    EXPECT_FALSE(ring->TryPush(99)) << "there is only one place";
    EXPECT_EQ(InWords(ring->TryPop()), std::to_string(i));
  }
}

// Comes at any moment of the making, and gets a ring that is complete, or none.
SCHEDULE_TEST(Early, AttachFindsAllOrNothing) {
  const pid_t early = Start([] {
    const auto ring = Attach("/ring");
    SOMETIMES(!ring);
    SOMETIMES(ring != nullptr);
    if (!ring) return 0;
    EXPECT_TRUE(ring->TryPush(1)) << "the ring is new";
    EXPECT_TRUE(ring->TryPush(2)) << "the ring has two places";
    EXPECT_FALSE(ring->TryPush(3)) << "the ring has two places";
    return 2;
  });
  const auto ring = Create("/ring", 2);
  const int pushed = Await(early);
  EXPECT_LE(pushed, 2) << "who came early has died of signal " << pushed - 100;
  for (int i = 1; i <= pushed; ++i) EXPECT_EQ(InWords(ring->TryPop()), std::to_string(i));
  EXPECT_EQ(InWords(ring->TryPop()), "nothing");
}

SCHEDULE_TEST(Anywhere, AddressesAreNotPartOfTheRing) {
  {
    const auto ring = Create("/ring", 2);
    ring->Push(4);
    ring->Push(5);
    Copy("/ring", "/copy");
  }
  {
    const auto copy = AttachExisting("/copy");
    EXPECT_EQ(InWords(copy->TryPop()), "4");
    EXPECT_TRUE(copy->TryPush(6));
    EXPECT_EQ(InWords(copy->TryPop()), "5");
    EXPECT_EQ(InWords(copy->TryPop()), "6");
  }
  shm_unlink("/copy");
}

// The producer dies at any moment after it has come. What it has pushed comes out, whole and in order.
SCHEDULE_TEST(Death, OfTheProducer) {
  Bell made;
  Bell came;
  const pid_t producer = Start([&] {
    made.Await();
    const auto ring = AttachExisting("/ring");
    came.Ring();
    for (unsigned i = 0; i < 3; ++i) ring->Push(i);
    for (;;) pause();
    return 0;
  });
  const auto ring = Create("/ring", 3);
  made.Ring();
  came.Await();
  EXPECT_EQ(kill(producer, SIGKILL), 0);
  unsigned received = 0;
  while (const auto item = ring->Pop()) {
    EXPECT_EQ(InWords(item), std::to_string(received));
    ++received;
  }
  EXPECT_TRUE(ring->PeerDied());
  SOMETIMES(received == 0);
  SOMETIMES(received == 2);
  EXPECT_EQ(Await(producer), 100 + SIGKILL);
}

SCHEDULE_TEST(Death, OfTheConsumer) {
  Bell made;
  Bell came;
  const pid_t consumer = Start([&] {
    made.Await();
    const auto ring = AttachExisting("/ring");
    came.Ring();
    for (;;) ring->Pop();
    return 0;
  });
  const auto ring = Create("/ring", 1);
  made.Ring();
  came.Await();
  EXPECT_EQ(kill(consumer, SIGKILL), 0);
  unsigned pushed = 0;
  while (pushed < 100 && ring->Push(pushed)) ++pushed;
  EXPECT_LT(pushed, 100u) << "who shall have taken these? The consumer is dead";
  EXPECT_TRUE(ring->PeerDied());
  EXPECT_EQ(Await(consumer), 100 + SIGKILL);
}

SCHEDULE_TEST(Names, GoWithTheLast) {
  Bell made;
  const int before = OpenDescriptors();
  const pid_t other = Start([&] {
    made.Await();
    const auto ring = AttachExisting("/ring");
    return 0;
  });
  {
    const auto ring = Create("/ring", 1);
    made.Ring();
    EXPECT_EQ(Await(other), 0);
    EXPECT_TRUE(IsNameTaken("/ring") && Attach("/nothing") == nullptr);
  }
  EXPECT_FALSE(IsNameTaken("/ring")) << "both sides have left, and the name is still there";
  EXPECT_EQ(OpenDescriptors(), before) << "the number of descriptors after the ring, and before";
}

SCHEDULE_TEST(Names, CanBeTakenAwayEarly) {
  const auto ring = Create("/ring", 1);
  ring->Unlink();
  EXPECT_FALSE(IsNameTaken("/ring"));
  EXPECT_TRUE(ring->TryPush(1)) << "the ring stays what it is when nobody can find it any more";
  EXPECT_EQ(InWords(ring->TryPop()), "1");
}

// The creator dies when the other one has come: he who is left takes the name away.
SCHEDULE_TEST(Names, OfTheDeadAreTakenAway) {
  Bell made;
  const pid_t creator = Start([&] {
    const auto ring = Create("/ring", 1);
    made.Ring();
    for (;;) pause();
    return 0;
  });
  made.Await();
  {
    const auto ring = AttachExisting("/ring");
    EXPECT_EQ(kill(creator, SIGKILL), 0);
    EXPECT_EQ(Await(creator), 100 + SIGKILL);
  }
  EXPECT_FALSE(IsNameTaken("/ring")) << "its creator has died, the other side has left, and the name is still there";
}

}  // namespace
}  // namespace exercise
