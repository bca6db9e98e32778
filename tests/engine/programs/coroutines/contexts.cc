// Programs that switch stacks by themselves. The first word of a test's name is what must be found: Passes nothing,
// Misuses misuse, Races a data race, Outlives a use after free, Crashes a crash.
#include <sys/mman.h>
#include <ucontext.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "racecourse/context.h"
#include "racecourse/schedule_test.h"

namespace {

using racecourse::Context;

constexpr std::size_t kStack = 64 << 10;

// A ucontext with a stack of its own.
struct Made {
  explicit Made(ucontext_t* next) {
    getcontext(&context);
    context.uc_stack.ss_sp = stack.get();
    context.uc_stack.ss_size = kStack;
    context.uc_link = next;
  }
  std::unique_ptr<char[]> stack{new char[kStack]};
  ucontext_t context;
};

ucontext_t home;
ucontext_t ping;
ucontext_t pong;
std::string* history;

void Ping(int first, int second) {
  *history += std::to_string(first);
  swapcontext(&ping, &pong);
  *history += std::to_string(second);
}
void Pong() {
  *history += "pong";
  swapcontext(&pong, &ping);
}

}  // namespace

SCHEDULE_TEST(Ucontext, PassesBackAndForth) {
  std::string text;
  history = &text;
  Made a(&home);
  Made b(&home);
  ping = a.context;
  pong = b.context;
  makecontext(&ping, reinterpret_cast<void (*)()>(Ping), 2, 7, 8);
  makecontext(&pong, Pong, 0);
  swapcontext(&home, &ping);
  EXPECT_EQ(text, "7pong8");
}
SCHEDULE_TEST(Ucontext, PassesManyArguments) {
  static int sum;
  sum = 0;
  Made made(&home);
  makecontext(&made.context,
              reinterpret_cast<void (*)()>(+[](int a, int b, int c, int d, int e, int f, int g, int h, int i) {
                sum = a + 10 * b + 100 * c + 1000 * d + 10'000 * e + 100'000 * f + 1'000'000 * g + 10'000'000 * h +
                      100'000'000 * i;
              }),
              9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  swapcontext(&home, &made.context);
  EXPECT_EQ(sum, 987654321);
}
SCHEDULE_TEST(Ucontext, PassesReturningTwice) {
  static volatile int rounds;
  rounds = 0;
  ucontext_t again;
  getcontext(&again);
  rounds = rounds + 1;
  if (rounds < 4) setcontext(&again);
  EXPECT_EQ(rounds, 4);
}
// Each of the two is left while it handles an exception, and finds its own again.
SCHEDULE_TEST(Ucontext, PassesInsideCatch) {
  std::string text;
  history = &text;
  Made a(&home);
  Made b(&home);
  ping = a.context;
  pong = b.context;
  makecontext(
      &ping,
      +[] {
        try {
          throw std::runtime_error("ping");
        } catch (const std::exception& exception) {
          swapcontext(&ping, &pong);
          *history += exception.what();
          try {
            throw;
          } catch (const std::runtime_error& same) {
            *history += same.what();
          }
        }
      },
      0);
  makecontext(
      &pong,
      +[] {
        try {
          throw std::logic_error("pong");
        } catch (const std::exception& exception) {
          swapcontext(&pong, &ping);
          *history += exception.what();
        }
      },
      0);
  swapcontext(&home, &ping);
  EXPECT_EQ(text, "pingping");
  swapcontext(&home, &pong);
  EXPECT_EQ(text, "pingpingpong");
}
SCHEDULE_TEST(Ucontext, OutlivesItsStack) {
  ucontext_t abandoned;
  {
    const Made made(&home);
    ping = made.context;
    makecontext(&ping, +[] { swapcontext(&ping, &home); }, 0);
    swapcontext(&home, &ping);
    abandoned = ping;
  }
  swapcontext(&home, &abandoned);
}
SCHEDULE_TEST(Ucontext, CrashesOverTheEndOfItsStack) {
  static std::function<int(int)> dive = [](int depth) {
    volatile char room[512];
    room[0] = static_cast<char>(depth);
    return dive(depth + 1) + room[0];
  };
  const std::size_t guard = 4096;
  auto* stack =
      static_cast<char*>(mmap(nullptr, guard + kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(stack, guard, PROT_NONE);
  ucontext_t deep;
  getcontext(&deep);
  deep.uc_stack.ss_sp = stack + guard;
  deep.uc_stack.ss_size = kStack;
  deep.uc_link = &home;
  makecontext(&deep, +[] { dive(0); }, 0);
  swapcontext(&home, &deep);
}

namespace {

// A flow that hops between the threads of a scheduler.
struct Hopper {
  enum class HandOver { kAfterTheSwitch, kBefore };
  struct Scheduler {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Hopper*> ready;
    int live = 0;
    HandOver hand_over = HandOver::kAfterTheSwitch;

    void Push(Hopper* hopper) {
      const std::lock_guard lock(mutex);
      ready.push_back(hopper);
      changed.notify_one();
    }
    void Run() {
      Context mine;
      for (;;) {
        Hopper* hopper = nullptr;
        {
          std::unique_lock lock(mutex);
          changed.wait(lock, [this] { return live == 0 || !ready.empty(); });
          if (ready.empty()) return;
          hopper = ready.front();
          ready.pop_front();
        }
        hopper->caller = &mine;
        mine.SwitchTo(hopper->flow);
        if (hopper->flow.IsOver()) {
          const std::lock_guard lock(mutex);
          if (--live == 0) changed.notify_all();
        } else if (hand_over == HandOver::kAfterTheSwitch) {
          Push(hopper);
        }
      }
    }
  };

  Hopper(Scheduler& home_scheduler, int number) : scheduler(home_scheduler), id(number) {}
  Context* Run() {
    for (int i = 0; i < 2; ++i) {
      try {
        throw std::runtime_error(std::to_string(id));
      } catch (const std::exception& exception) {
        Yield();
        EXPECT_EQ(exception.what(), std::to_string(id));
      }
    }
    return caller;
  }
  void Yield() {
    if (scheduler.hand_over == HandOver::kBefore) scheduler.Push(this);
    flow.SwitchTo(*caller);
  }

  Scheduler& scheduler;
  const int id;
  Context* caller = nullptr;
  Context flow{[this] { return Run(); }};
};

void RunTwoHoppers(Hopper::HandOver hand_over) {
  Hopper::Scheduler scheduler;
  scheduler.hand_over = hand_over;
  Hopper a(scheduler, 1);
  Hopper b(scheduler, 2);
  scheduler.ready = {&a, &b};
  scheduler.live = 2;
  std::thread other([&] { scheduler.Run(); });
  scheduler.Run();
  other.join();
}

}  // namespace

SCHEDULE_TEST(OwnContext, PassesBackAndForth) {
  Context main_flow;
  int steps = 0;
  Context other([&] {
    ++steps;
    return &main_flow;
  });
  main_flow.SwitchTo(other);
  EXPECT_EQ(steps, 1);
  EXPECT_TRUE(other.IsOver());
}
SCHEDULE_TEST(OwnContext, PassesHoppingBetweenThreads) { RunTwoHoppers(Hopper::HandOver::kAfterTheSwitch); }
SCHEDULE_TEST(OwnContext, RacesPassedOnTooEarly) { RunTwoHoppers(Hopper::HandOver::kBefore); }
SCHEDULE_TEST(OwnContext, MisusesDestroyedWhileRunning) {
  Context main_flow;
  std::unique_ptr<Context> other;
  other = std::make_unique<Context>([&] {
    std::thread([&] { other.reset(); }).join();
    return &main_flow;
  });
  main_flow.SwitchTo(*other);
}
// A stack is memory like any other: whoever continues a context must know what was done on it.
SCHEDULE_TEST(OwnContext, RacesOnItsStack) {
  Context first_flow;
  Context* back = &first_flow;
  Context flow([&] {
    int local = 0;
    const std::function<void()> step = [&] {
      ++local;
      flow.SwitchTo(*back);
    };
    step();
    step();
    return back;
  });
  first_flow.SwitchTo(flow);
  std::thread other([&] {
    Context mine;
    back = &mine;
    mine.SwitchTo(flow);
  });
  back = nullptr;
  other.join();
}
