// Another right design: phase-fair tickets, after Brandenburg and Anderson (Real-Time Systems 46, 2010).
// Nobody sleeps. A reader counts itself in at the entrance, and goes round only if a writer
// stood there at that moment, until that very writer has gone. Writers draw tickets among themselves;
// the one whose turn it is puts up its sign at the entrance, reads off how many readers have come by then
// and waits until as many have gone.
//
// Upgrading and downgrading are not in the paper.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <atomic>
#include <cstdint>
#include <thread>

class RwLock {
 public:
  void lock_shared() {
    const std::uint32_t sign = entered_.fetch_add(kReader) & kSign;
    if (sign != 0) {
      while ((entered_.load() & kSign) == sign) std::this_thread::yield();
    }
  }

  void unlock_shared() { left_.fetch_add(kReader); }

  void lock() {
    const std::uint32_t ticket = next_ticket_.fetch_add(1);
    while (serving_.load() != ticket) std::this_thread::yield();
    const std::uint32_t came_before = PutUpSign(ticket);
    waiting_for_.store(came_before | kSomebodyWaits);
    while (left_.load() != came_before) std::this_thread::yield();
    waiting_for_.store(0);
    is_guest_ = false;
  }

  void unlock() {
    if (is_guest_) {
      left_.fetch_add(kReader);  // for the writer whose sign is up this is a reader that leaves
      return;
    }
    TakeDownSign();
  }

  // Either no writer is about: then this reader takes the next ticket, as a writer would, and waits until
  // it is the only reader. Or a writer waits, whose sign keeps all others out: then this reader is its
  // guest. It waits until that writer waits for nobody else, and has the lock to itself as long as it does
  // not leave.
  bool try_upgrade() {
    if (is_upgrading_.exchange(true)) return false;
    for (;;) {
      std::uint32_t ticket = serving_.load();
      if (next_ticket_.compare_exchange_strong(ticket, ticket + 1)) {
        const std::uint32_t came_before = PutUpSign(ticket);
        while (left_.load() != came_before - kReader) std::this_thread::yield();
        left_.fetch_add(kReader);  // a writer does not count as a reader
        is_guest_ = false;
        break;
      }
      if (const std::uint32_t host = waiting_for_.load(); host != 0) {
        while (left_.load() != (host & ~kSomebodyWaits) - kReader) std::this_thread::yield();
        is_guest_ = true;
        break;
      }
      std::this_thread::yield();  // a writer is on its way in or out
    }
    is_upgrading_.store(false);
    return true;
  }

  void downgrade() {
    if (is_guest_) return;  // it is a reader to its host, and the host goes next
    entered_.fetch_add(kReader);
    TakeDownSign();
  }

 private:
  // In entered_: a writer's sign in the lowest two bits, the number of readers in the others.
  static constexpr std::uint32_t kSign = 3;
  static constexpr std::uint32_t kPresent = 2;
  static constexpr std::uint32_t kReader = 4;
  static constexpr std::uint32_t kSomebodyWaits = 1;

  // Signs of two writers, one after the other, differ. Returns the readers that came before.
  std::uint32_t PutUpSign(std::uint32_t ticket) { return entered_.fetch_add(kPresent | (ticket & 1)) & ~kSign; }

  void TakeDownSign() {
    entered_.fetch_and(~kSign);
    serving_.fetch_add(1);
  }

  std::atomic<std::uint32_t> entered_{0};
  std::atomic<std::uint32_t> left_{0};
  std::atomic<std::uint32_t> next_ticket_{0};
  std::atomic<std::uint32_t> serving_{0};
  std::atomic<std::uint32_t> waiting_for_{0};  // by the writer whose sign is up: left_ to be reached
  std::atomic<bool> is_upgrading_{false};
  bool is_guest_ = false;  // written and read only by the one who writes
};

#endif  // RW_LOCK_H_
