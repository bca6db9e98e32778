// The tests you can read. Each body runs once per schedule: the framework decides again and again,
// and differently each time, which thread moves next, which waiting thread a notification wakes, and
// whether one wakes for no reason at all. What a body expects is true in every schedule of a right
// program.

#include <atomic>
#include <thread>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// Who is inside. All is atomic, so that these tests ask one thing only: who can be inside together?
class Room {
 public:
  explicit Room(RwLockUnderTest& lock) : lock_(lock) {}

  void Read() {
    lock_.lock_shared();
    ++readers_;
    EXPECT_EQ(writers_.load(), 0) << "a writer is inside";
    --readers_;
    lock_.unlock_shared();
  }

  void Write() {
    lock_.lock();
    EXPECT_EQ(writers_.fetch_add(1), 0) << "another writer is inside";
    EXPECT_EQ(readers_.load(), 0) << "a reader is inside";
    --writers_;
    lock_.unlock();
  }

 private:
  RwLockUnderTest& lock_;
  std::atomic<int> readers_{0};
  std::atomic<int> writers_{0};
};

SCHEDULE_TEST(Alone, ReadsAndWritesInTurn) {
  const auto lock = MakeRwLock();
  for (int round = 0; round < 2; ++round) {
    lock->lock_shared();
    lock->unlock_shared();
    lock->lock();
    lock->unlock();
  }
}

SCHEDULE_TEST(Alone, UpgradesAndDowngrades) {
  const auto lock = MakeRwLock();
  lock->lock_shared();
  EXPECT_TRUE(lock->try_upgrade()) << "there is nobody else";
  lock->downgrade();
  EXPECT_TRUE(lock->try_upgrade()) << "there is nobody else";
  lock->unlock();
  lock->lock();
  lock->downgrade();
  lock->unlock_shared();
  lock->lock();
  lock->unlock();
}

SCHEDULE_TEST(Exclusion, OfTwoWriters) {
  const auto lock = MakeRwLock();
  Room room(*lock);
  const auto work = [&] {
    room.Write();
    room.Write();
  };
  std::thread ada(work);
  std::thread ben(work);
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Exclusion, OfReadersAndAWriter) {
  const auto lock = MakeRwLock();
  Room room(*lock);
  std::thread ada([&] {
    room.Read();
    room.Read();
  });
  std::thread ben([&] { room.Read(); });
  room.Write();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Exclusion, OfReadersAndTwoWriters) {
  const auto lock = MakeRwLock();
  Room room(*lock);
  std::thread ada([&] { room.Read(); });
  std::thread ben([&] { room.Write(); });
  room.Write();
  room.Read();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Meet, TwoReadersCanBeInsideTogether) {
  const auto lock = MakeRwLock();
  std::atomic<int> inside{0};
  const auto read = [&] {
    lock->lock_shared();
    const int together = inside.fetch_add(1) + 1;
    SOMETIMES(together == 2);
    inside.fetch_sub(1);
    lock->unlock_shared();
  };
  std::thread ada(read);
  std::thread ben(read);
  ada.join();
  ben.join();
}

// A reader who becomes a writer still knows what it has read: nobody has written in between.
SCHEDULE_TEST(Upgrade, WhatWasReadStaysTrue) {
  const auto lock = MakeRwLock();
  std::atomic<int> value{0};
  std::thread writer([&] {
    lock->lock();
    ++value;
    lock->unlock();
  });
  lock->lock_shared();
  const int seen = value.load();
  EXPECT_TRUE(lock->try_upgrade()) << "nobody else wants to upgrade";
  EXPECT_EQ(value.load(), seen) << "somebody has written between reading and writing";
  value = seen + 10;
  lock->unlock();
  writer.join();
  EXPECT_EQ(value.load(), 11);
}

SCHEDULE_TEST(Upgrade, WaitsForTheOtherReaders) {
  const auto lock = MakeRwLock();
  std::atomic<int> readers{0};
  std::thread ada([&] {
    lock->lock_shared();
    ++readers;
    --readers;
    lock->unlock_shared();
  });
  lock->lock_shared();
  EXPECT_TRUE(lock->try_upgrade()) << "nobody else wants to upgrade";
  EXPECT_EQ(readers.load(), 0) << "a reader is inside with the writer";
  lock->unlock();
  ada.join();
}

}  // namespace
}  // namespace exercise
