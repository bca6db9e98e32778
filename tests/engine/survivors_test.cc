// Nothing survives: whatever a program under control makes of processes, names and files, none of it is there any more
// when it has failed, when its explorer or its first process was killed, or when somebody pressed Ctrl-C. The program
// is a copy in a folder of its own, so that its processes are told from those of other tests by their executable.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace racecourse::engine_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Ours and nobody else's; those of a program must never reach the kernel.
constexpr const char* kKeys[] = {"4660", "119"};  // 0x1234 and 0x77

class Survivors : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/racecourse_survivors_XXXXXX";
    folder_ = mkdtemp(name);
    fs::create_directory(folder_ / "run");
    program_ = folder_ / "program";
    fs::copy_file(fs::path(RACECOURSE_ENGINE_PROGRAMS) / "ipc", program_);
  }
  void TearDown() override {
    for (const pid_t process : Processes()) kill(process, SIGKILL);
    for (const std::string& name : Names()) fs::remove(name);
    fs::remove_all(folder_);
  }

  // Starts the program on the scenarios of `filter`, for ever, in a process group of its own.
  pid_t Start(const std::string& filter) {
    const pid_t process = fork();
    if (process != 0) return process;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // it would run for ever where the test is interrupted
    const int null = open("/dev/null", O_RDWR);
    for (const int fd : {1, 2, 9}) dup2(null, fd);
    if (chdir((folder_ / "run").c_str()) != 0) _exit(127);
    setenv("RACECOURSE", "trace_fd=9;schedules=100000000;seed=1", 1);
    execl(program_.c_str(), program_.c_str(), ("--gtest_filter=" + filter).c_str(), nullptr);
    _exit(127);
  }

  // All processes of the program.
  std::vector<pid_t> Processes() {
    std::vector<pid_t> processes;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code error;
      const fs::path executable = fs::read_symlink(entry.path() / "exe", error);
      if (error || executable != program_) continue;
      processes.push_back(std::stoi(entry.path().filename()));
      seen_.insert(processes.back());
    }
    return processes;
  }

  // Names in /dev/shm, and queues, of processes of the program that were seen.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    const std::string prefix = "racecourse.";
    for (const char* folder : {"/dev/shm", "/dev/mqueue"}) {
      std::error_code error;
      for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename();
        if (name.substr(0, prefix.size()) != prefix) continue;
        if (seen_.contains(std::stoi(name.substr(prefix.size())))) names.push_back(entry.path());
      }
    }
    return names;
  }

  static std::vector<std::string> SystemVObjects() {
    std::vector<std::string> found;
    for (const char* kind : {"shm", "sem", "msg"}) {
      std::ifstream list(std::string("/proc/sysvipc/") + kind);
      for (std::string key, rest; list >> key && std::getline(list, rest);) {
        for (const char* ours : kKeys) {
          if (key == ours) found.push_back(kind + rest);
        }
      }
    }
    return found;
  }

  static bool Within(std::chrono::seconds limit, const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }

  void ExpectEnd(pid_t process) {
    int status = 0;
    EXPECT_TRUE(Within(30s, [&] { return waitpid(process, &status, WNOHANG) == process; }));
  }

  void ExpectNothingLeft() {
    EXPECT_TRUE(Within(5s, [&] { return Processes().empty(); })) << "processes";
    EXPECT_TRUE(Within(5s, [&] { return Names().empty(); })) << testing::PrintToString(Names());
    EXPECT_THAT(SystemVObjects(), testing::IsEmpty());
    EXPECT_TRUE(fs::is_empty(folder_ / "run"));
  }

  // The moment at which a process of the program has a name in /dev/shm and a child.
  void AwaitWork() {
    EXPECT_TRUE(Within(20s, [&] {
      // Besides the supervisor, its caretaker and the explorer.
      const bool has_child = Processes().size() >= 4;
      return has_child && !Names().empty();
    }));
  }

  std::string ReadNotes() const {
    std::ifstream file(folder_ / "notes");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  fs::path program_;
  std::set<pid_t> seen_;  // processes of the program
};

constexpr char kHolder[] = "Outside.HoldsANameAndAChild";

TEST_F(Survivors, NothingAfterFailures) {
  const pid_t process = Start("Broken.*");
  ExpectEnd(process);
  ExpectNothingLeft();
}

TEST_F(Survivors, NothingAfterCtrlC) {
  const pid_t process = Start(kHolder);
  AwaitWork();
  kill(process, SIGINT);
  // It goes on with the next test, as GoogleTest does, and is told again.
  EXPECT_TRUE(Within(30s, [&] {
    kill(process, SIGINT);
    return waitpid(process, nullptr, WNOHANG) == process;
  }));
  ExpectNothingLeft();
}

TEST_F(Survivors, NothingAfterTheExplorerIsKilled) {
  const pid_t process = Start(kHolder);
  AwaitWork();
  // Whatever is below the first process, again and again until it has come to its end.
  EXPECT_TRUE(Within(30s, [&] {
    for (const pid_t other : Processes()) {
      if (other != process) kill(other, SIGKILL);
    }
    return waitpid(process, nullptr, WNOHANG) == process;
  }));
  ExpectNothingLeft();
}

// By SIGKILL, which it cannot do anything about.
TEST_F(Survivors, NothingAfterTheFirstProcessIsKilled) {
  const pid_t process = Start(kHolder);
  AwaitWork();
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  ExpectNothingLeft();
}

TEST_F(Survivors, NothingAfterItsProcessGroupIsKilled) {
  const pid_t process = Start(kHolder);
  AwaitWork();
  EXPECT_EQ(kill(-process, SIGKILL), 0);
  waitpid(process, nullptr, 0);
  ExpectNothingLeft();
}

// Orphans are no children of the explorer's: with it, and without the first process.
TEST_F(Survivors, NoOrphansAfterEitherIsKilled) {
  fs::copy_file(fs::path(RACECOURSE_ENGINE_PROGRAMS) / "process_groups", program_,
                fs::copy_options::overwrite_existing);
  for (int round = 0; round < 20; ++round) {
    const pid_t process = Start("Orphan.HasInitAsParent");
    // Explorer, supervisor, caretaker, and at least two more.
    EXPECT_TRUE(Within(20s, [&] { return Processes().size() >= 5; }));
    if (round % 2 == 0) {
      kill(process, SIGKILL);
      waitpid(process, nullptr, 0);
    } else {
      EXPECT_TRUE(Within(30s, [&] {
        for (const pid_t other : Processes()) {
          if (other != process) kill(other, SIGKILL);
        }
        return waitpid(process, nullptr, WNOHANG) == process;
      }));
    }
    ExpectNothingLeft();
  }
}

// The contents of `notes`, which the program writes to in every execution.
TEST_F(Survivors, FilesAsTheyWereAfterTheFirstProcessIsKilled) {
  std::ofstream(folder_ / "notes") << "as it was\n";
  const pid_t process = Start("Outside.ChangesAFile");
  EXPECT_TRUE(Within(20s, [&] { return ReadNotes() != "as it was\n"; }));
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  EXPECT_TRUE(Within(5s, [&] { return Processes().empty(); })) << "processes";
  EXPECT_EQ(ReadNotes(), "as it was\n");
}

}  // namespace
}  // namespace racecourse::engine_test
