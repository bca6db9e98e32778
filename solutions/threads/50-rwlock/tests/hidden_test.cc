// The tests that students do not see. As in the public ones, all that is expected holds in every
// schedule of a right program.

#include <array>
#include <atomic>
#include <cstddef>
#include <latch>
#include <thread>

#include "adapter.h"
#include "racecourse/schedule_test.h"

namespace exercise {
namespace {

// While somebody waits, each other thread may get the lock so often before them. The README says so.
constexpr int kTurns = 4;

// Whether the thread has come to where it can do nothing but wait; `is_through` says that it did not have to.
// A thread that looks again and again, and takes and gives back a lock each time, does something all the time:
// whether it waits cannot be told, so this gives up in the end.
bool HasToWait(std::thread& thread, const std::atomic<bool>& is_through) {
  for (int look = 0; look < 100; ++look) {
    if (racecourse::IsWaiting(thread)) return true;
    EXPECT_FALSE(is_through.load()) << "this thread should have had to wait";
    std::this_thread::yield();
  }
  return false;
}

// Lets the thread go on until it has to wait or one of the flags is up, but not for ever.
template <class... Flags>
void GiveWayTo(std::thread& thread, const Flags&... flags) {
  for (int look = 0; look < 100 && !(flags || ...) && !racecourse::IsWaiting(thread); ++look) std::this_thread::yield();
}

// Both readers may be asleep when the writer leaves. Each stays until the other one has come.
SCHEDULE_TEST(Admit, AllReadersWhoWait) {
  const auto lock = MakeRwLock();
  std::latch both_inside(2);
  const auto read = [&] {
    lock->lock_shared();
    both_inside.arrive_and_wait();
    lock->unlock_shared();
  };
  lock->lock();
  std::thread ada(read);
  std::thread ben(read);
  lock->unlock();
  ada.join();
  ben.join();
}

SCHEDULE_TEST(Admit, AReaderWhileAnotherReads) {
  const auto lock = MakeRwLock();
  std::latch both_inside(2);
  lock->lock_shared();
  std::thread ada([&] {
    lock->lock_shared();
    both_inside.arrive_and_wait();
    lock->unlock_shared();
  });
  both_inside.arrive_and_wait();
  lock->unlock_shared();
  ada.join();
}

// The first of the two who asks waits until the other one has gone; so the other one must be told no.
SCHEDULE_TEST(TwoUpgrades, OneOfThemGivesWay) {
  const auto lock = MakeRwLock();
  std::latch both_inside(2);
  std::atomic<int> upgraded{0};
  std::atomic<int> readers{2};
  const auto work = [&] {
    lock->lock_shared();
    both_inside.arrive_and_wait();
    if (lock->try_upgrade()) {
      ++upgraded;
      EXPECT_EQ(readers.load(), 1) << "the other one still reads: its upgrade was refused, nothing else";
      lock->unlock();
    } else {
      --readers;
      lock->unlock_shared();
    }
  };
  std::thread ada(work);
  std::thread ben(work);
  ada.join();
  ben.join();
  EXPECT_EQ(upgraded.load(), 1) << "one of the two gets its way";
}

// The writer waits for the reader. If the reader now waited for its turn behind the writer, both would
// wait for ever.
SCHEDULE_TEST(UpgradeFirst, BeforeAWriterWhoWaits) {
  const auto lock = MakeRwLock();
  std::atomic<int> value{0};
  std::atomic<bool> writer_was_in{false};
  lock->lock_shared();
  std::thread writer([&] {
    lock->lock();
    writer_was_in = true;
    ++value;
    lock->unlock();
  });
  HasToWait(writer, writer_was_in);
  EXPECT_TRUE(lock->try_upgrade()) << "nobody else wants to upgrade";
  EXPECT_EQ(value.load(), 0) << "the writer has passed a reader who was inside";
  value = 10;
  lock->unlock();
  writer.join();
  EXPECT_EQ(value.load(), 11);
}

SCHEDULE_TEST(Downgrade, NobodyWritesInBetween) {
  const auto lock = MakeRwLock();
  std::atomic<int> value{0};
  std::thread other([&] {
    lock->lock();
    value = 2;
    lock->unlock();
  });
  lock->lock();
  value = 1;
  lock->downgrade();
  EXPECT_EQ(value.load(), 1) << "somebody has written between writing and reading";
  lock->unlock_shared();
  other.join();
}

SCHEDULE_TEST(Downgrade, BackFromAnUpgrade) {
  const auto lock = MakeRwLock();
  std::atomic<int> value{0};
  std::thread other([&] {
    lock->lock();
    ++value;
    lock->unlock();
  });
  lock->lock_shared();
  const int seen = value.load();
  EXPECT_TRUE(lock->try_upgrade()) << "nobody else wants to upgrade";
  value = seen + 10;
  lock->downgrade();
  EXPECT_EQ(value.load(), seen + 10) << "somebody has written between writing and reading";
  lock->unlock_shared();
  other.join();
  EXPECT_EQ(value.load(), 11);
}

// There is no writer any more, and none waits, so the reader has to come in.
SCHEDULE_TEST(DowngradeAdmits, AReaderWhoWaits) {
  const auto lock = MakeRwLock();
  std::latch both_inside(2);
  lock->lock();
  std::thread ada([&] {
    lock->lock_shared();
    both_inside.arrive_and_wait();
    lock->unlock_shared();
  });
  lock->downgrade();
  both_inside.arrive_and_wait();
  lock->unlock_shared();
  ada.join();
}

// In the following tests the data is plain: the lock alone orders the accesses.
SCHEDULE_TEST(HandOver, FromWriterToReaderAndBack) {
  const auto lock = MakeRwLock();
  int data = 0;
  std::thread ada([&] {
    lock->lock_shared();
    const int seen = data;
    lock->unlock_shared();
    lock->lock();
    EXPECT_GE(data, seen);
    ++data;
    lock->unlock();
  });
  lock->lock();
  ++data;
  lock->unlock();
  lock->lock_shared();
  EXPECT_GE(data, 1);
  lock->unlock_shared();
  ada.join();
  EXPECT_EQ(data, 2);
}

SCHEDULE_TEST(HandOver, ThroughUpgradeAndDowngrade) {
  const auto lock = MakeRwLock();
  int data = 0;
  std::thread ada([&] {
    lock->lock_shared();
    EXPECT_TRUE(data == 0 || data == 1 || data == 2);
    lock->unlock_shared();
  });
  lock->lock_shared();
  EXPECT_TRUE(lock->try_upgrade());
  data = 1;
  lock->downgrade();
  EXPECT_EQ(data, 1);
  EXPECT_TRUE(lock->try_upgrade());
  data = 2;
  lock->unlock();
  ada.join();
}

// A reader waits, surely: only the writer it waits for does anything else. From then on two writers come
// again and again, and neither leaves before the other one has queued up.
SCHEDULE_TEST(ReaderWaits, WhileTwoWritersTakeTurns) {
  const auto lock = MakeRwLock();
  std::atomic<bool> reader_was_in{false};
  lock->lock();
  std::thread reader([&] {
    lock->lock_shared();
    reader_was_in = true;
    lock->unlock_shared();
  });
  const bool reader_waits = HasToWait(reader, reader_was_in);

  std::latch begin(1);
  std::array<std::thread, 2> writers;
  std::array<std::atomic<bool>, 2> is_done{};
  for (const std::size_t me : {0, 1}) {
    writers[me] = std::thread([&, me] {
      begin.wait();
      const std::size_t other = 1 - me;
      for (int turn = 1; turn <= kTurns + 1 && !reader_was_in; ++turn) {
        lock->lock();
        EXPECT_NOT_STARVED(turn <= kTurns || reader_was_in || !reader_waits)
            << "a writer has got in " << turn << " times, past a reader who waits";
        GiveWayTo(writers[other], is_done[other]);
        lock->unlock();
      }
      is_done[me] = true;
    });
  }
  begin.count_down();
  for (const std::size_t i : {0, 1}) GiveWayTo(writers[i], is_done[i]);
  lock->unlock();
  for (std::thread& writer : writers) writer.join();
  reader.join();
}

// The same the other way round: a writer waits, surely, and two readers come again and again. Neither
// leaves before the other one is inside too, or has to wait.
SCHEDULE_TEST(WriterWaits, WhileTwoReadersTakeTurns) {
  const auto lock = MakeRwLock();
  std::atomic<bool> writer_was_in{false};
  lock->lock_shared();
  std::thread writer([&] {
    lock->lock();
    writer_was_in = true;
    lock->unlock();
  });
  const bool writer_waits = HasToWait(writer, writer_was_in);

  std::latch begin(1);
  std::array<std::thread, 2> readers;
  std::array<std::atomic<bool>, 2> is_inside{};
  std::array<std::atomic<bool>, 2> is_done{};
  for (const std::size_t me : {0, 1}) {
    readers[me] = std::thread([&, me] {
      begin.wait();
      const std::size_t other = 1 - me;
      for (int turn = 1; turn <= kTurns + 1 && !writer_was_in; ++turn) {
        lock->lock_shared();
        is_inside[me] = true;
        EXPECT_NOT_STARVED(turn <= kTurns || writer_was_in || !writer_waits)
            << "a reader has got in " << turn << " times, past a writer who waits";
        GiveWayTo(readers[other], is_inside[other], is_done[other]);
        is_inside[me] = false;
        lock->unlock_shared();
      }
      is_done[me] = true;
    });
  }
  begin.count_down();
  for (const std::size_t i : {0, 1}) GiveWayTo(readers[i], is_inside[i], is_done[i]);
  lock->unlock_shared();
  for (std::thread& reader : readers) reader.join();
  writer.join();
}

}  // namespace
}  // namespace exercise
