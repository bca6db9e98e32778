// Another right design: all that the lock knows stands in one atomic word of eight bytes. Each operation
// changes it in one step, and whoever has to wait sleeps until the word has changed.

#ifndef RW_LOCK_H_
#define RW_LOCK_H_

#include <atomic>
#include <cstdint>

class RwLock {
 public:
  void lock_shared() {
    bool must_wait = false;
    const State before = Change([&must_wait](State& state) {
      must_wait = state.has_writer || state.writers_waiting > 0 || state.is_upgrading;
      ++(must_wait ? state.readers_waiting : state.readers);
      return true;
    });
    if (!must_wait) return;
    // Whoever begins the next round has made a reader inside of this waiting one.
    for (State now = state_.load(); now.round == before.round; now = state_.load()) state_.wait(now);
  }

  void unlock_shared() {
    Change([](State& state) {
      --state.readers;
      return true;
    });
    state_.notify_all();
  }

  void lock() {
    Change([](State& state) {
      ++state.writers_waiting;
      return true;
    });
    Change([](State& state) {
      if (state.readers > 0 || state.has_writer) return false;
      --state.writers_waiting;
      state.has_writer = 1;
      return true;
    });
  }

  void unlock() {
    Change([](State& state) {
      state.has_writer = 0;
      return AdmitReaders(state);
    });
    state_.notify_all();
  }

  bool try_upgrade() {
    bool is_first = false;
    Change([&is_first](State& state) {
      is_first = !state.is_upgrading;
      state.is_upgrading = 1;
      return true;
    });
    if (!is_first) return false;
    Change([](State& state) {
      if (state.readers > 1) return false;
      state.is_upgrading = 0;
      state.readers = 0;
      state.has_writer = 1;
      return true;
    });
    return true;
  }

  void downgrade() {
    Change([](State& state) {
      state.has_writer = 0;
      state.readers = 1;
      return AdmitReaders(state);
    });
    state_.notify_all();
  }

 private:
  struct State {
    std::uint16_t readers = 0;
    std::uint16_t readers_waiting = 0;
    std::uint16_t round = 0;  // advances when readers are let in
    std::uint8_t writers_waiting = 0;
    std::uint8_t has_writer : 1 = 0;
    std::uint8_t is_upgrading : 1 = 0;
    std::uint8_t unused : 6 = 0;
  };
  static_assert(sizeof(State) == 8);

  static bool AdmitReaders(State& state) {
    state.readers = static_cast<std::uint16_t>(state.readers + state.readers_waiting);
    state.readers_waiting = 0;
    ++state.round;
    return true;
  }

  // Makes the step as soon as it returns that it can be made; returns what the state was before.
  template <class Step>
  State Change(Step step) {
    State before = state_.load();
    for (;;) {
      State after = before;
      if (!step(after)) {
        state_.wait(before);
        before = state_.load();
      } else if (state_.compare_exchange_weak(before, after)) {
        return before;
      }
    }
  }

  std::atomic<State> state_{State{}};
};

#endif  // RW_LOCK_H_
