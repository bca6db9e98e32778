// The thread-sanitizer variant: convinces by letting the real sanitizer follow executions that the engine found, and by
// itineraries, programs and tampering that it must not take for anything else than what they are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/grader/witness_fixture.h"

namespace racecourse::grader {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class ThreadSanitizerWitness : public WitnessFixture {
 protected:
  ThreadSanitizerWitness() : WitnessFixture("thread-sanitizer") {}

  Trace Follow(const std::vector<std::string>& itineraries) {
    std::string text;
    for (const std::string& itinerary : itineraries) text += itinerary + "\n";
    RunOrders orders;
    orders.itineraries = directory_.path() / "itineraries";
    EXPECT_TRUE(WriteFileAtomically(orders.itineraries, text).ok());
    return RunProgramOf("witness", std::move(orders));
  }

  std::vector<std::string> PassingItineraries(int count) {
    RunOrders orders;
    orders.schedules = 300;
    orders.passing_itineraries = count;
    std::vector<std::string> itineraries;
    for (const TraceItinerary& one : RunProgramOf("program", std::move(orders)).itineraries) {
      itineraries.push_back(one.itinerary);
    }
    return itineraries;
  }
};

constexpr char kRaceBehindAnAtomic[] =
    "#include <atomic>\n#include <mutex>\n#include <thread>\n"
    "int total = 0;\nstd::atomic<int> done{0};\nstd::mutex mutex;\n"
    "void Work() {\n"
    "  { std::lock_guard lock(mutex); }\n"
    "  if (done.fetch_add(1, std::memory_order_relaxed) == 1) total = total + 1;\n"
    "  std::lock_guard lock(mutex);\n"
    "}\n"
    "int main() {\n"
    "  std::thread one(Work);\n"
    "  Work();\n"
    "  if (done.load(std::memory_order_relaxed) == 2) total = total + 1;\n"
    "  one.join();\n"
    "}\n";

TEST_F(ThreadSanitizerWitness, ConfirmsADataRaceOnTheSameSchedule) {
  Build(kRaceBehindAnAtomic);
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  const Json& finding = result["findings"][0];
  ASSERT_EQ(finding["kind"], "data_race");
  EXPECT_EQ(finding["confirmed_by"], Json::array({"thread-sanitizer"})) << finding["witnesses"].dump(1);
  EXPECT_EQ(finding["witnesses"][0]["stacks"][0]["frames"][0]["file"], "program.cc");
}

constexpr char kClean[] =
    "#include <condition_variable>\n#include <future>\n#include <latch>\n#include <mutex>\n#include <semaphore>\n"
    "#include <shared_mutex>\n#include <thread>\n"
    "std::mutex mutex; std::shared_mutex shared; std::condition_variable changed; bool ready; int value;\n"
    "std::latch gate(2); std::counting_semaphore<> places(1); std::once_flag once;\n"
    "void Work() {\n"
    "  gate.arrive_and_wait();\n"
    "  std::call_once(once, [] { value = 1; });\n"
    "  { std::shared_lock lock(shared); }\n"
    "  places.acquire(); ++value; places.release();\n"
    "  std::lock_guard lock(mutex); ready = true; changed.notify_one();\n"
    "}\n"
    "int main() {\n"
    "  std::thread other(Work);\n"
    "  auto task = std::async(std::launch::async, [] { static thread_local int mine = 3; return mine; });\n"
    "  gate.arrive_and_wait();\n"
    "  { std::unique_lock lock(shared); }\n"
    "  std::unique_lock lock(mutex);\n"
    "  changed.wait_for(lock, std::chrono::seconds(1), [] { return ready; });\n"
    "  lock.unlock();\n"
    "  std::this_thread::sleep_for(std::chrono::milliseconds(1));\n"
    "  other.join();\n"
    "  return task.get() == 3 ? 0 : 1;\n"
    "}\n";

TEST_F(ThreadSanitizerWitness, FollowsPassingExecutionsToTheirEndAndReportsNothing) {
  Build(kClean);
  const std::vector<std::string> itineraries = PassingItineraries(40);
  ASSERT_EQ(itineraries.size(), 40u);
  const Trace trace = Follow(itineraries);
  ASSERT_EQ(trace.witnesses.size(), 40u);
  for (const TraceWitness& witness : trace.witnesses) {
    EXPECT_EQ(witness.following, "followed") << witness.followed << " of " << witness.arrivals << ": due "
                                             << witness.expected << ", came " << witness.actual;
    EXPECT_EQ(witness.followed, witness.arrivals);
    EXPECT_TRUE(witness.reports.empty());
  }
}

TEST_F(ThreadSanitizerWitness, ReportsOnPassingExecutionsAreDisagreementsWithTheirKnownReason) {
  Build(
      "#include <atomic>\n#include <thread>\nint value;\nstd::atomic<bool> ready;\n"
      "int main() {\n"
      "  std::thread other([] {\n"
      "    value = 1;\n"
      "    std::atomic_thread_fence(std::memory_order_release);\n"
      "    ready.store(true, std::memory_order_relaxed);\n"
      "  });\n"
      "  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();\n"
      "  std::atomic_thread_fence(std::memory_order_acquire);\n"
      "  const bool is_there = value == 1;\n"
      "  other.join();\n"
      "  return is_there ? 0 : 1;\n"
      "}\n");
  const Json result = Explore();
  EXPECT_EQ(result["status"], "passed");
  EXPECT_TRUE(result["findings"].empty());
  const Json& sample = result["passing_sample"];
  EXPECT_GT(sample["asked"], 0);
  EXPECT_EQ(sample["followed"], sample["asked"]) << sample.dump(1);
  ASSERT_EQ(sample["disagreements"].size(), 1u) << sample.dump(1);
  EXPECT_THAT(sample["disagreements"][0]["reason"].get<std::string>(), HasSubstr("does not model fences"));
}

TEST_F(ThreadSanitizerWitness, KnowsWhoDestroysASharedExceptionAndWhoInheritsARobustMutex) {
  Build(
      "#include <pthread.h>\n#include <exception>\n#include <string>\n#include <thread>\n"
      "struct Failure { std::string text; ~Failure() { text.clear(); } };\n"
      "std::exception_ptr failure;\nint value;\n"
      "int main() {\n"
      "  pthread_mutexattr_t attributes;\n"
      "  pthread_mutexattr_init(&attributes);\n"
      "  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);\n"
      "  static pthread_mutex_t mutex;\n"
      "  pthread_mutex_init(&mutex, &attributes);\n"
      "  try { throw Failure{\"text that is longer than the small buffer is\"}; }\n"
      "  catch (...) { failure = std::current_exception(); }\n"
      "  const auto read = [mine = failure] {\n"
      "    try { std::rethrow_exception(mine); } catch (const Failure& known) { if (known.text.empty()) throw; }\n"
      "    pthread_mutex_lock(&mutex);\n"
      "    ++value;\n"
      "  };\n"
      "  std::thread one(read);\n"
      "  one.detach();\n"
      "  std::thread two([mine = std::move(failure)]() mutable { mine = nullptr; });\n"
      "  if (pthread_mutex_lock(&mutex) != 0) pthread_mutex_consistent(&mutex);\n"
      "  ++value;\n"
      "  pthread_mutex_unlock(&mutex);\n"
      "  two.join();\n"
      "}\n");
  const Json result = Explore();
  EXPECT_EQ(result["status"], "passed") << result.dump(1);
  const Json& sample = result["passing_sample"];
  EXPECT_GT(sample["asked"], 4);
  EXPECT_EQ(sample["followed"], sample["asked"]) << sample.dump(1);
  EXPECT_TRUE(sample["disagreements"].empty()) << sample.dump(1);
}

// Every kind of descriptor, and a write in parts. What is read is checked: a call that came before its turn would find
// nothing, and one that waited would stand still.
constexpr char kDescriptors[] =
    "#include <poll.h>\n#include <sys/epoll.h>\n#include <sys/eventfd.h>\n#include <sys/select.h>\n"
    "#include <sys/socket.h>\n#include <sys/timerfd.h>\n#include <netinet/in.h>\n#include <arpa/inet.h>\n"
    "#include <unistd.h>\n#include <cassert>\n#include <thread>\n#include <vector>\n"
    "int values[5];\n"
    "int main() {\n"
    "  int ends[2], pair[2];\n"
    "  assert(pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);\n"
    "  const int counter = eventfd(0, 0), many = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM, 0);\n"
    "  epoll_event wanted = {};\n"
    "  wanted.events = EPOLLIN;\n"
    "  epoll_ctl(many, EPOLL_CTL_ADD, counter, &wanted);\n"
    "  sockaddr_in address = {};\n"
    "  address.sin_family = AF_INET;\n"
    "  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);\n"
    "  socklen_t size = sizeof address;\n"
    "  assert(bind(listener, (sockaddr*)&address, sizeof address) == 0 && listen(listener, 1) == 0);\n"
    "  getsockname(listener, (sockaddr*)&address, &size);\n"
    "  std::thread other([&] {\n"
    "    std::vector<char> large(100'000, 'x');\n"
    "    values[0] = 1;\n"
    "    assert(write(ends[1], large.data(), large.size()) == 100'000);\n"
    "    values[1] = 2;\n"
    "    close(dup(ends[1]));\n"
    "    close(ends[1]);\n"
    "    values[2] = 3;\n"
    "    assert(send(pair[1], \"abcdef\", 6, 0) == 6);\n"
    "    values[3] = 4;\n"
    "    eventfd_write(counter, 5);\n"
    "    const int connection = socket(AF_INET, SOCK_STREAM, 0);\n"
    "    assert(connect(connection, (sockaddr*)&address, sizeof address) == 0);\n"
    "    values[4] = 5;\n"
    "    assert(send(connection, \"x\", 1, 0) == 1);\n"
    "    close(connection);\n"
    "  });\n"
    "  char bytes[4096];\n"
    "  long total = 0;\n"
    "  for (long count; (count = read(ends[0], bytes, sizeof bytes)) > 0; total += count) assert(values[0] == 1);\n"
    "  assert(total == 100'000 && values[1] == 2);\n"
    "  pollfd entry = {pair[0], POLLIN, 0};\n"
    "  assert(poll(&entry, 1, -1) == 1);\n"
    "  assert(recv(pair[0], bytes, 6, MSG_WAITALL) == 6 && values[2] == 3);\n"
    "  epoll_event event;\n"
    "  assert(epoll_wait(many, &event, 1, -1) == 1);\n"
    "  eventfd_t sum = 0;\n"
    "  assert(eventfd_read(counter, &sum) == 0 && sum == 5 && values[3] == 4);\n"
    "  fd_set set;\n"
    "  FD_ZERO(&set);\n"
    "  FD_SET(counter, &set);\n"
    "  timeval soon = {0, 1000};\n"
    "  assert(select(counter + 1, &set, nullptr, nullptr, &soon) == 0);\n"
    "  const int accepted = accept(listener, nullptr, nullptr);\n"
    "  assert(read(accepted, bytes, 1) == 1 && values[4] == 5 && read(accepted, bytes, 1) == 0);\n"
    "  other.join();\n"
    "  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);\n"
    "  const itimerspec time = {{0, 0}, {0, 1'000'000}};\n"
    "  timerfd_settime(timer, 0, &time, nullptr);\n"
    "  unsigned long expired = 0;\n"
    "  assert(read(timer, &expired, sizeof expired) == sizeof expired && expired == 1);\n"
    "}\n";

TEST_F(ThreadSanitizerWitness, FollowsDescriptorsOfEveryKind) {
  Build(kDescriptors);
  const std::vector<std::string> itineraries = PassingItineraries(20);
  ASSERT_GT(itineraries.size(), 4u);
  const Trace trace = Follow(itineraries);
  ASSERT_EQ(trace.witnesses.size(), itineraries.size());
  for (const TraceWitness& witness : trace.witnesses) {
    EXPECT_EQ(witness.following, "followed") << witness.followed << " of " << witness.arrivals << ": due "
                                             << witness.expected << ", came " << witness.actual;
    EXPECT_TRUE(witness.reports.empty());
  }
}

TEST_F(ThreadSanitizerWitness, ConfirmsARaceBesideAPipe) {
  Build(
      "#include <unistd.h>\n#include <thread>\nint value;\n"
      "int main() {\n"
      "  int ends[2];\n"
      "  if (pipe(ends) != 0) return 1;\n"
      "  std::thread other([&] {\n"
      "    if (write(ends[1], \"x\", 1) != 1) return;\n"
      "    value = 1;\n"
      "  });\n"
      "  char c;\n"
      "  if (read(ends[0], &c, 1) != 1) return 1;\n"
      "  value = 2;\n"
      "  other.join();\n"
      "  close(ends[0]);\n"
      "  close(ends[1]);\n"
      "}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_EQ(result["findings"][0]["confirmed_by"], Json::array({"thread-sanitizer"})) << result.dump(1);
}

TEST_F(ThreadSanitizerWitness, TakesAwayTheFilesThatARunMakes) {
  Build(
      "#include <fcntl.h>\n#include <sched.h>\n#include <sys/stat.h>\n#include <unistd.h>\n#include <cstdio>\n"
      "#include <cstdlib>\n#include <thread>\n"
      "int value;\n"
      "int main() {\n"
      "  if (mkdir(\"made\", 0700) != 0) abort();\n"
      "  std::thread other([] {\n"
      "    value = 1;\n"
      "    close(open(\"made/unfinished\", O_CREAT | O_WRONLY, 0600));\n"
      "    rename(\"made/unfinished\", \"made/done\");\n"
      "  });\n"
      "  struct stat status;\n"
      "  while (stat(\"made/done\", &status) != 0) sched_yield();\n"
      "  const bool is_there = value == 1;\n"
      "  other.join();\n"
      "  return is_there ? 0 : 1;\n"  // what it made stays
      "}\n");
  const Json result = Explore();
  EXPECT_EQ(result["status"], "passed") << result.dump(1);
  const Json& sample = result["passing_sample"];
  EXPECT_GT(sample["asked"], 1);
  EXPECT_EQ(sample["followed"], sample["asked"]) << sample.dump(1);
  EXPECT_TRUE(sample["disagreements"].empty()) << sample.dump(1);
  EXPECT_FALSE(fs::exists(directory_.path() / "made"));
}

TEST_F(ThreadSanitizerWitness, FollowsWhatATimerStarts) {
  Build(
      "#include <semaphore.h>\n#include <signal.h>\n#include <time.h>\n"
      "int before, beside;\nsem_t done;\n"
      "void Work(sigval) { beside += before; sem_post(&done); }\n"
      "int main() {\n"
      "  sem_init(&done, 0, 0);\n"
      "  sigevent event = {};\n"
      "  event.sigev_notify = SIGEV_THREAD;\n"
      "  event.sigev_notify_function = Work;\n"
      "  timer_t timer;\n"
      "  timer_create(CLOCK_MONOTONIC, &event, &timer);\n"
      "  before = 1;\n"  // ordered: it is armed afterwards
      "  const itimerspec value = {{0, 0}, {0, 1'000'000}};\n"
      "  timer_settime(timer, 0, &value, nullptr);\n"
      "  ++beside;\n"
      "  sem_wait(&done);\n"
      "}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  const Json& finding = result["findings"][0];
  EXPECT_EQ(finding["confirmed_by"], Json::array({"thread-sanitizer"})) << finding["witnesses"].dump(1);
  EXPECT_EQ(finding["witnesses"][0]["stacks"][0]["frames"][0]["line"], 6);
}

TEST_F(ThreadSanitizerWitness, ConfirmsRacesInTheCodeOfTheLibrary) {
  // Links that are set in libstdc++'s own code, a stream's state, and a header that nothing is inlined into.
  for (const char* use : {"list.splice(list.end(), list, list.begin());", "stream << 1 << ' ';",
                          "words.resize(words.size() + 1, \"word\");"}) {
    Build(std::string("#include <list>\n#include <sstream>\n#include <string>\n#include <thread>\n"
                      "#include <vector>\n"
                      "std::list<int> list = {1, 2, 3};\nstd::ostringstream stream;\n"
                      "std::vector<std::string> words;\n"
                      "void Use() { ") +
          use + " }\nint main() { std::thread other(Use); Use(); other.join(); }\n");
    const Json result = Explore();
    ASSERT_FALSE(result["findings"].empty()) << use;
    const Json& finding = result["findings"][0];
    EXPECT_EQ(finding["confirmed_by"], Json::array({"thread-sanitizer"})) << use << finding["witnesses"].dump(1);
    ASSERT_FALSE(finding["witnesses"][0]["stacks"][0]["frames"].empty()) << use;
    EXPECT_EQ(finding["witnesses"][0]["stacks"][0]["frames"][0]["line"], 9) << use;
  }
}

TEST_F(ThreadSanitizerWitness, FollowsBarriersAndResultsThatAreReadyAtTheEndOfAThread) {
  Build(
      "#include <barrier>\n#include <future>\n#include <thread>\n#include <unordered_map>\n#include <vector>\n"
      "int sum, value;\n"
      "int main() {\n"
      "  std::barrier round(3, []() noexcept { ++sum; });\n"
      "  std::vector<std::thread> threads;\n"
      "  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { for (int j = 0; j < 2; ++j) round.arrive_and_wait(); "
      "});\n"
      "  for (std::thread& thread : threads) thread.join();\n"
      "  std::promise<int> promise;\n"
      "  std::future<int> future = promise.get_future();\n"
      "  std::thread last([&] { promise.set_value_at_thread_exit(2); value = 3; });\n"
      "  const bool is_right = future.get() == 2 && value == 3 && sum == 2;\n"
      "  last.join();\n"
      "  return is_right ? 0 : 1;\n"
      "}\n");
  const Json result = Explore();
  EXPECT_EQ(result["status"], "passed") << result.dump(1);
  const Json& sample = result["passing_sample"];
  EXPECT_GT(sample["asked"], 4);
  EXPECT_EQ(sample["followed"], sample["asked"]) << sample.dump(1);
  EXPECT_TRUE(sample["disagreements"].empty()) << sample.dump(1);
}

constexpr char kProcesses[] =
    "#include <pthread.h>\n#include <sys/mman.h>\n#include <sys/wait.h>\n#include <unistd.h>\n#include <cassert>\n"
    "#include <cstdlib>\n#include <mutex>\n#include <thread>\n"
    "std::mutex mutex;\nint value;\nint prepared, in_parent, in_child;\n"
    "void Add() { std::lock_guard lock(mutex); ++value; }\n"
    "int main() {\n"
    "  auto* shared = static_cast<pthread_mutex_t*>(\n"
    "      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));\n"
    "  auto* count = reinterpret_cast<int*>(shared + 1);\n"
    "  pthread_mutexattr_t attributes;\n"
    "  pthread_mutexattr_init(&attributes);\n"
    "  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);\n"
    "  pthread_mutex_init(shared, &attributes);\n"
    "  pthread_atfork([] { mutex.lock(); ++prepared; }, [] { ++in_parent; mutex.unlock(); },\n"
    "                 [] { ++in_child; mutex.unlock(); });\n"
    "  int ends[2];\n"
    "  assert(pipe(ends) == 0);\n"
    "  const pid_t self = getpid();\n"
    "  const pid_t one = fork();\n"
    "  if (one == 0) {\n"
    "    assert(getppid() == self && getpid() != self && prepared == 1 && in_child == 1 && in_parent == 0);\n"
    "    std::thread other(Add);\n"
    "    Add();\n"
    "    other.join();\n"
    "    assert(write(ends[1], &value, sizeof value) == sizeof value);\n"
    "    if (fork() == 0) _exit(0);\n"
    "    exit(wait(nullptr) > 0 ? 3 : 4);\n"
    "  }\n"
    "  const pid_t two = vfork();\n"
    "  if (two == 0) {\n"
    "    pthread_mutex_lock(shared); ++*count; pthread_mutex_unlock(shared);\n"
    "    _exit(5);\n"
    "  }\n"
    "  close(ends[1]);\n"
    "  std::thread other(Add);\n"
    "  Add();\n"
    "  other.join();\n"
    "  int sum = 0, more = 0;\n"
    "  assert(read(ends[0], &sum, sizeof sum) == sizeof sum && sum == 2);\n"
    "  assert(read(ends[0], &more, sizeof more) == 0 && value == 2 && in_parent == 1);\n"
    "  int status = 0;\n"
    "  assert(waitpid(one, &status, 0) == one && WIFEXITED(status) && WEXITSTATUS(status) == 3);\n"
    "  siginfo_t info = {};\n"
    "  assert(waitid(P_PID, static_cast<id_t>(two), &info, WEXITED) == 0 && info.si_pid == two && info.si_status == "
    "5);\n"
    "  assert(*count == 1 && wait(nullptr) == -1);\n"
    "  const pid_t crashes = fork();\n"
    "  if (crashes == 0) *reinterpret_cast<volatile int*>(16) = 1;\n"
    "  assert(wait(&status) == crashes && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);\n"
    "}\n";

TEST_F(ThreadSanitizerWitness, FollowsProcessesAndReportsNothing) {
  Build(kProcesses);
  const std::vector<std::string> itineraries = PassingItineraries(20);
  ASSERT_GT(itineraries.size(), 4u);
  const Trace trace = Follow(itineraries);
  ASSERT_EQ(trace.witnesses.size(), itineraries.size());
  for (const TraceWitness& witness : trace.witnesses) {
    EXPECT_EQ(witness.following, "followed") << witness.followed << " of " << witness.arrivals << ": due "
                                             << witness.expected << ", came " << witness.actual;
    EXPECT_TRUE(witness.reports.empty());
    EXPECT_EQ(witness.in_children.size(), 5u);
    for (const TraceWitness::InChild& one : witness.in_children) EXPECT_TRUE(one.is_watched);
  }
}

// A race of two threads of one process, wherever Race is called.
std::string RaceBesideAFork(const std::string& in_child, const std::string& in_parent) {
  return "#include <sys/wait.h>\n#include <unistd.h>\n#include <cstdlib>\n#include <thread>\n"
         "int value;\n"
         "void Race() {\n"
         "  std::thread other([] { value = 1; });\n"
         "  value = 2;\n"
         "  other.join();\n"
         "}\n"
         "int main() {\n"
         "  if (fork() == 0) {\n    " +
         in_child + "\n    exit(0);\n  }\n  " + in_parent + "\n  wait(nullptr);\n}\n";
}

TEST_F(ThreadSanitizerWitness, ConfirmsARaceOfTwoThreadsOfAChild) {
  Build(RaceBesideAFork("Race();", ""));
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  const Json& finding = result["findings"][0];
  EXPECT_EQ(finding["confirmed_by"], Json::array({"thread-sanitizer"})) << finding["witnesses"].dump(1);
  EXPECT_THAT(finding["witnesses"][0]["message"].get<std::string>(), HasSubstr("reports this race too"));
  EXPECT_THAT(finding["witnesses"][0]["stacks"].dump(), HasSubstr("\"T1\""));
}

TEST_F(ThreadSanitizerWitness, ConfirmsARaceInTheParentOfAChild) {
  Build(RaceBesideAFork("", "Race();"));
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  const Json& finding = result["findings"][0];
  EXPECT_EQ(finding["confirmed_by"], Json::array({"thread-sanitizer"})) << finding["witnesses"].dump(1);
  EXPECT_THAT(finding["witnesses"][0]["stacks"].dump(), HasSubstr("\"main\""));
}

TEST_F(ThreadSanitizerWitness, SaysThatItDoesNotWatchTheChildOfSeveralThreads) {
  Build(
      "#include <sys/wait.h>\n#include <unistd.h>\n#include <thread>\nint value;\n"
      "int main() {\n"
      "  std::thread other([] {\n"
      "    if (fork() == 0) {\n"
      "      std::thread mine([] { value = 1; });\n"
      "      value = 2;\n"
      "      mine.join();\n"
      "      _exit(0);\n"
      "    }\n"
      "    wait(nullptr);\n"
      "  });\n"
      "  other.join();\n"
      "}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  const Json& witness = result["findings"][0]["witnesses"][0];
  EXPECT_EQ(witness["verdict"], "absent");
  EXPECT_THAT(witness["message"].get<std::string>(), HasSubstr("does not watch a child"));
}

TEST_F(ThreadSanitizerWitness, SaysThatItSeesOneProcessAtATime) {
  Build(
      "#include <sys/mman.h>\n#include <sys/wait.h>\n#include <unistd.h>\n"
      "int main() {\n"
      "  auto* value = static_cast<int*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, "
      "0));\n"
      "  if (fork() == 0) {\n    *value = 1;\n    _exit(0);\n  }\n"
      "  *value = 2;\n"
      "  wait(nullptr);\n"
      "}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  const Json& witness = result["findings"][0]["witnesses"][0];
  EXPECT_EQ(witness["verdict"], "absent");
  EXPECT_THAT(witness["message"].get<std::string>(), HasSubstr("it sees one process at a time"));
}

int ProcessesOf(const fs::path& program) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::error_code error;
    count += fs::read_symlink(entry.path() / "exe", error) == program;
  }
  return count;
}

TEST_F(ThreadSanitizerWitness, LeavesNoProcessBehindWhereverItStops) {
  Build(
      "#include <sys/wait.h>\n#include <unistd.h>\n"
      "int main() {\n"
      "  int ends[2];\n"
      "  if (pipe(ends) != 0) return 1;\n"
      "  for (int i = 0; i < 3; ++i) {\n"
      "    char c = 'x';\n"
      "    if (fork() == 0) _exit(write(ends[1], &c, 1) == 1 ? 0 : 1);\n"
      "  }\n"
      "  while (wait(nullptr) > 0) {\n  }\n"
      "}\n");
  std::string itinerary = PassingItineraries(1).at(0);
  std::vector<std::string> shorter = {itinerary};
  for (std::size_t end = itinerary.rfind(' '); end != std::string::npos; end = itinerary.rfind(' ', end - 1)) {
    shorter.push_back(itinerary.substr(0, end));
  }
  // What is due after half of it never comes.
  shorter.push_back(shorter[shorter.size() / 2] + " 0.38");
  const Trace trace = Follow(shorter);
  ASSERT_EQ(trace.witnesses.size(), shorter.size());
  for (const TraceWitness& witness : trace.witnesses) {
    EXPECT_EQ(witness.following, &witness == &trace.witnesses.back() ? "diverged" : "followed");
  }
  EXPECT_EQ(ProcessesOf(directory_.path() / "witness"), 0);
}

TEST_F(ThreadSanitizerWitness, NamesWhatItRefuses) {
  Build(
      "#include <semaphore.h>\n#include <fcntl.h>\nint main() {\n"
      "  sem_t* places = sem_open(\"/of-a-witness-test\", O_CREAT, 0600, 1);\n"
      "  sem_close(places);\n  sem_unlink(\"/of-a-witness-test\");\n}\n");
  const Trace trace = Follow(PassingItineraries(1));
  ASSERT_EQ(trace.witnesses.size(), 1u);
  EXPECT_EQ(trace.witnesses[0].following, "unsupported");
  EXPECT_EQ(trace.witnesses[0].expected, "sem_open");
}

TEST_F(ThreadSanitizerWitness, SaysThatItDoesNotMeetFaults) {
  Build(
      "#include <unistd.h>\n#include <thread>\n"
      "extern \"C\" void racecourse_may_fail(unsigned) __attribute__((weak));\n"
      "int value;\n"
      "int main() {\n"
      "  if (racecourse_may_fail) racecourse_may_fail(~0u);\n"
      "  int ends[2];\n"
      "  if (pipe(ends) != 0 || write(ends[1], \"abcd\", 4) != 4) return 0;\n"
      "  char bytes[4];\n"
      "  if (read(ends[0], bytes, 4) == 4) return 0;\n"
      "  std::thread other([] { ++value; });\n"  // only after a short read
      "  ++value;\n"
      "  other.join();\n"
      "}\n");
  const Json result = Explore();
  ASSERT_FALSE(result["findings"].empty()) << result.dump(1);
  const Json& finding = result["findings"][0];
  ASSERT_EQ(finding["kind"], "data_race");
  EXPECT_TRUE(finding["confirmed_by"].empty());
  EXPECT_THAT(finding["witnesses"][0]["message"].get<std::string>(), HasSubstr("cannot follow"));
}

TEST_F(ThreadSanitizerWitness, SaysWhereItLeavesAnItinerary) {
  Build(kClean);
  const std::vector<std::string> itineraries = PassingItineraries(1);
  ASSERT_EQ(itineraries.size(), 1u);
  // The second arrival, the creation of a thread, becomes an atomic store.
  std::string wrong = itineraries.front();
  const std::size_t second = wrong.find(' ') + 1;
  ASSERT_EQ(wrong.substr(second, 4), "0.2 ");
  wrong.replace(second, 4, "0.31 ");
  // The child is asked to move before it exists.
  std::string early = itineraries.front();
  early.replace(second, 4, "7.6 ");
  const Trace trace = Follow({wrong, early, "0.1@5 0.2 0.57"});
  ASSERT_EQ(trace.witnesses.size(), 3u);
  EXPECT_EQ(trace.witnesses[0].following, "diverged");
  EXPECT_EQ(trace.witnesses[0].followed, 1);
  EXPECT_THAT(trace.witnesses[0].expected, HasSubstr("atomic store"));
  EXPECT_THAT(trace.witnesses[0].actual, HasSubstr("create"));
  EXPECT_EQ(trace.witnesses[1].following, "diverged");
  EXPECT_EQ(trace.witnesses[2].following, "unsupported");
}

TEST_F(ThreadSanitizerWitness, IsNotBelievedWhenSomebodySilencedIt) {
  Build(
      "#include <thread>\n"
      "extern \"C\" void AnnotateIgnoreWritesBegin(const char*, int) __attribute__((weak));\n"
      "int value;\n"
      "int main() {\n"
      "  std::thread other([] {\n"
      "    if (AnnotateIgnoreWritesBegin) AnnotateIgnoreWritesBegin(__FILE__, __LINE__);\n"
      "    ++value;\n"
      "  });\n"
      "  ++value;\n"
      "  other.join();\n"
      "}\n");
  const Json result = Explore();
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  EXPECT_TRUE(result["findings"][0]["confirmed_by"].empty());
  EXPECT_THAT(result["findings"][0]["witnesses"][0]["message"].get<std::string>(), HasSubstr("silenced"));
}

TEST_F(ThreadSanitizerWitness, DoesNotLinkWithAProgramThatHasTheSanitizersHooks) {
  ASSERT_TRUE(WriteFileAtomically(directory_.path() / "program.cc",
                                  "extern \"C\" const char* __tsan_default_suppressions() { return \"race:*\"; }\n"
                                  "int main() {}\n")
                  .ok());
  const ProcessResult witness = Run({"c++", "--variant", "thread-sanitizer", "program.cc", "-o", "witness"});
  EXPECT_NE(witness.exit_code, 0);
  EXPECT_THAT(witness.errors, HasSubstr("__tsan_default_suppressions"));
}

TEST_F(ThreadSanitizerWitness, RunsPlainlyBesides) {
  Build(
      "#include <thread>\n#include <unistd.h>\nint value;\n"
      "int main() { std::thread other([] { ++value; }); ++value; other.join(); }\n");
  const Json result = Explore({"--plain-runs", "5"});
  ASSERT_EQ(result["findings"].size(), 1u) << result.dump(1);
  // Nothing orders the two accesses in any run.
  EXPECT_EQ(result["findings"][0]["witnesses"][0]["plain_runs"], 5);
  EXPECT_EQ(result["findings"][0]["witnesses"][0]["plain_reports"], 5);
}

}  // namespace
}  // namespace racecourse::grader
