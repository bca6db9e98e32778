// What the processes of one run share: whose turn it is, and who is there. In memory that was mapped before the first
// of them began, and that no sanitizer knows anything of.
#ifndef RACECOURSE_CARRIER_CREW_H_
#define RACECOURSE_CARRIER_CREW_H_

#include <atomic>
#include <cstdint>

#include "framework/core/random.h"

namespace racecourse {

struct Crew {
  static constexpr std::uint32_t kCarriersMax = 4096;
  static constexpr std::uint32_t kProcessesMax = 256;
  static constexpr std::uint32_t kNoProcess = ~std::uint32_t{0};

  struct Carrier {
    std::atomic<std::uint32_t> turn = 0;  // a futex: 1 when it may go on; given at most once before it is taken
    std::uint32_t process = 0;
    bool is_gone = false;  // it has ended, or works for us
  };
  struct Process {
    enum class State : std::uint8_t { kRunning, kEnded, kReaped };
    State state = State::kRunning;
    bool is_unwatched = false;  // the sanitizer does not watch it
    bool is_tampered = false;   // the sanitizer does not report what is there for sure
    std::uint32_t first_carrier = 0;
    std::uint32_t parent = kNoProcess;
    std::int32_t real_pid = 0;  // as the kernel counts
  };

  // Only the thread whose turn it is reads or writes these.
  std::uint32_t position = 0;
  std::uint32_t carrier_count = 0;
  std::uint32_t gone = 0;
  std::uint32_t process_count = 0;
  std::uint32_t ending_process = kNoProcess;  // it gave its turn away for the last time, and may not be dead yet
  std::int64_t now = 0;                       // virtual time
  Random entropy;

  // Anybody reads these while they wait.
  std::atomic<std::uint32_t> running_process = 0;
  std::atomic<std::uint32_t> ready = 0;     // carriers that wait for their turn, or had one
  std::atomic<bool> has_processes = false;  // there was a fork
  std::atomic<bool> is_over = false;        // whoever wakes up is to end
  std::atomic<std::uint8_t> following = 0;  // how it ended

  Carrier carriers[kCarriersMax];
  Process processes[kProcessesMax];
};

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_CREW_H_
