// What a whole program is expected to write to its standard output. In each execution that output goes to a file in
// memory, which is compared at the end of the execution and then emptied. Threads: used by the one running thread only.
#ifndef RACECOURSE_EXECUTION_EXPECTED_OUTPUT_H_
#define RACECOURSE_EXECUTION_EXPECTED_OUTPUT_H_

#include <cstddef>

namespace racecourse {

class ExpectedOutput {
 public:
  // Takes the expected bytes from a file, before any code of the program runs. False if it cannot be read.
  bool Read(const char* file);
  bool IsWanted() const { return bytes_ != nullptr; }

  // In an explorer process: standard output becomes the file in memory. `reserved` is a number from which on the
  // program reaches no descriptors; Keep comes after the program's own descriptors were saved.
  void Redirect();
  void Keep(int reserved);
  bool IsCollected() const { return collected_ > 0; }

  // At the end of an execution; a difference is a finding.
  void Judge();
  // After an execution.
  void Forget();

 private:
  [[noreturn]] __attribute__((noinline)) void Report(std::size_t difference, std::size_t written);

  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
  int collected_ = 0;  // under a number that the program does not reach; 0: nothing is collected
};

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_EXPECTED_OUTPUT_H_
