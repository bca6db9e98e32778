// What one process may see of another, and what it leaves behind: for tests of programs that fork.
//
//   const auto before = racecourse::Surroundings::Now();
//   RunJob(job);                                             // the student's: it forks, the child changes whatever it
//   likes EXPECT_ISOLATED(racecourse::Surroundings::Now().ChangesSince(before).empty()); EXPECT_NO_DESCRIPTOR_LEAK();
//   // all that the test opened is closed again
//
// Memory needs nothing of this: a canary is a variable, and EXPECT_ISOLATED(canary == 7) says what must hold.
#ifndef RACECOURSE_ISOLATION_H_
#define RACECOURSE_ISOLATION_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

extern "C" {
// The next failing expectation of the calling thread gets the kind `isolation_breach`.
void racecourse_next_failure_is_isolation_breach();
// Fails the test with the kind `descriptor_leak` if the calling process has a descriptor that was opened during the
// test and is not one of `allowed`.
void racecourse_check_descriptors(const int* allowed, unsigned count);
}

namespace racecourse {

// What a process has beside its memory: table of descriptors with their offsets, working directory, environment, mask
// of file modes, blocked signals and what is done about signals.
class Surroundings {
 public:
  static Surroundings Now() {
    Surroundings now;
    for (int fd = 0; fd < kDescriptorsLooked; ++fd) now.NoteDescriptor(fd);
    char folder[4096];
    now.facts_["the working directory"] = getcwd(folder, sizeof folder) != nullptr ? folder : "gone";
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string text = *entry;
      now.facts_["the variable " + text.substr(0, text.find('='))] = text;
    }
    const mode_t mask = umask(0);
    umask(mask);
    now.facts_["the mask of file modes"] = std::to_string(mask);
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (int signal = 1; signal < NSIG; ++signal) {
      struct sigaction action = {};
      if (sigaction(signal, nullptr, &action) != 0) continue;
      now.facts_["what is done about signal " + std::to_string(signal)] =
          std::to_string(reinterpret_cast<unsigned long>(action.sa_handler));
      now.facts_["whether signal " + std::to_string(signal) + " is blocked"] =
          std::to_string(sigismember(&blocked, signal));
    }
    return now;
  }

  // What is different now, a sentence's part each; empty if nothing is.
  std::vector<std::string> ChangesSince(const Surroundings& earlier) const {
    std::vector<std::string> changes;
    for (const auto& [name, value] : facts_) {
      const auto before = earlier.facts_.find(name);
      if (before == earlier.facts_.end()) {
        changes.push_back(name + " is new");
      } else if (before->second != value) {
        changes.push_back(name + " has changed");
      }
    }
    for (const auto& [name, value] : earlier.facts_) {
      if (!facts_.contains(name)) changes.push_back(name + " is gone");
    }
    return changes;
  }

 private:
  static constexpr int kDescriptorsLooked = 256;

  void NoteDescriptor(int fd) {
    struct stat status = {};
    if (fcntl(fd, F_GETFD) < 0 || fstat(fd, &status) != 0) return;
    const std::string name = "descriptor " + std::to_string(fd);
    facts_[name] = std::to_string(status.st_dev) + ' ' + std::to_string(status.st_ino) + ' ' +
                   std::to_string(fcntl(fd, F_GETFL)) + ' ' + std::to_string(fcntl(fd, F_GETFD));
    if (S_ISREG(status.st_mode)) facts_["the offset of " + name] = std::to_string(lseek(fd, 0, SEEK_CUR));
  }

  std::map<std::string, std::string> facts_;
};

}  // namespace racecourse

// Fails the test with the kind `isolation_breach` if `condition` is false: EXPECT_ISOLATED(canary == 7) << "…";
#define EXPECT_ISOLATED(condition)                                   \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                      \
  if (const bool racecourse_is_apart = (condition)) {                \
    (void)racecourse_is_apart;                                       \
  } else if (racecourse_next_failure_is_isolation_breach(); false) { \
  } else                                                             \
    GTEST_NONFATAL_FAILURE_("not isolated: " #condition " is false\n")

// Fails the test with the kind `descriptor_leak` if the calling process, parent or child, has descriptors that were
// opened during the test, besides those named: EXPECT_NO_DESCRIPTOR_LEAK(request, answer). Where it says that, it also
// catches what a child inherited and ought not to have.
#define EXPECT_NO_DESCRIPTOR_LEAK(...)                                                                          \
  do {                                                                                                          \
    const std::initializer_list<int> racecourse_allowed = {__VA_ARGS__};                                        \
    racecourse_check_descriptors(racecourse_allowed.begin(), static_cast<unsigned>(racecourse_allowed.size())); \
  } while (false)

#endif  // RACECOURSE_ISOLATION_H_
