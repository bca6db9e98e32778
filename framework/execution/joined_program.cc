#include "framework/execution/joined_program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include <cstring>
#include <span>
#include <string_view>

#include "framework/core/text.h"
#include "framework/execution/descriptor_wait.h"
#include "framework/execution/explorer.h"
#include "framework/execution/failure_signals.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/mutex_kind.h"
#include "framework/execution/processes.h"
#include "framework/execution/puppet.h"
#include "framework/execution/recorder.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/segments.h"
#include "framework/execution/system_call.h"
#include "framework/execution/thread_exit.h"
#include "framework/execution/timers.h"
#include "framework/execution/wait.h"

// What the engine in a program is: the hash of its object file, which the build puts here. It is looked at through its
// bounds, because the compiler does not know what it will be.
extern "C" __attribute__((visibility("hidden"), weak)) const char __start_racecourse_id[];
extern "C" __attribute__((visibility("hidden"), weak)) const char __stop_racecourse_id[];

namespace racecourse {
namespace {

constexpr std::size_t kIdSize = 64;
__attribute__((section("racecourse_id"), used)) const char unknown_id[kIdSize] = {};
constexpr std::string_view kIdSection = "racecourse_id";
// A test program cannot join: its main is GoogleTest's.
constexpr std::string_view kTestSection = "racecourse_test";

constexpr std::string_view kVariable = "RACECOURSE_PROCESS=";
constexpr char kBindNow[] = "LD_BIND_NOW=1";

std::int32_t explorer = 0;  // the process that it is in; written once before main, constant afterwards

void* MapFileOfExplorer(std::int32_t number, std::uintptr_t address, std::size_t size) {
  const std::int32_t file = OpenMemoryFileOf(explorer, number);
  RC_CHECK(file != kNoSegment);
  void* const memory = MapMemoryFile(file, address, size);
  SystemCall(SYS_close, file);
  return memory;
}

bool ReadAll(long file, void* to, std::size_t size, std::uint64_t offset) {
  return SystemCall(SYS_pread64, file, to, size, offset) == static_cast<long>(size);
}

// True if the file is a program with this engine in it, of which a process can become one under control.
bool HasThisEngine(long file) {
  Elf64_Ehdr header;
  if (!ReadAll(file, &header, sizeof header, 0)) return false;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) return false;
  constexpr std::uint16_t kSectionsMax = 128;
  Elf64_Shdr sections[kSectionsMax];
  char names[4096];
  if (header.e_shentsize != sizeof sections[0] || header.e_shnum > kSectionsMax ||
      header.e_shstrndx >= header.e_shnum ||
      !ReadAll(file, sections, header.e_shnum * sizeof sections[0], header.e_shoff)) {
    return false;
  }
  const Elf64_Shdr& name_section = sections[header.e_shstrndx];
  if (name_section.sh_size >= sizeof names || !ReadAll(file, names, name_section.sh_size, name_section.sh_offset)) {
    return false;
  }
  names[name_section.sh_size] = '\0';
  bool has_engine = false;
  for (std::uint16_t i = 0; i < header.e_shnum; ++i) {
    if (sections[i].sh_name >= name_section.sh_size) continue;
    const std::string_view name = names + sections[i].sh_name;
    if (name == kTestSection) return false;
    char id[kIdSize];
    if (name != kIdSection || sections[i].sh_size != kIdSize) continue;
    if (!ReadAll(file, id, kIdSize, sections[i].sh_offset)) return false;
    has_engine = std::memcmp(id, __start_racecourse_id, kIdSize) == 0;
  }
  return has_engine;
}

bool IsThisEnginesProgram(const ProgramImage& image) {
  char path[64];
  const char* opened = image.path;
  if (opened == nullptr) {
    Text(path) << "/proc/self/fd/" << image.descriptor;
    opened = path;
  }
  const long file = SystemCall(SYS_openat, AT_FDCWD, opened, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  const bool is_one = HasThisEngine(file);
  SystemCall(SYS_close, file);
  return is_one;
}

// A robust mutex in shared memory has to be handed on while that is still mapped.
bool HoldsRobustMutex(ProcessIndex process) {
  Execution& execution = TheExecution();
  for (std::uint32_t i = 0; i < execution.shadow.SharedObjectCount(); ++i) {
    const SyncObject& object = execution.shadow.SharedObjectAt(i);
    if (object.generation != execution.generation || object.kind != ObjectKind::kMutex) continue;
    if (object.owner == kNoThread || execution.threads[object.owner].process != process) continue;
    if (HasMapped(object.address) && IsRobust(reinterpret_cast<pthread_mutex_t*>(object.address))) return true;
  }
  return false;
}

void SetProcessorTimer(int seconds) {
  itimerval interval = {};
  interval.it_interval.tv_sec = seconds;
  interval.it_value.tv_sec = seconds;
  SystemCall(SYS_setitimer, ITIMER_VIRTUAL, &interval, 0);
}

// `environment` and what the program's first code is to find there. Null if there is no memory for it.
char** WithOrders(char* const* environment, const char* orders, std::size_t* bytes) {
  std::size_t count = 0;
  while (environment != nullptr && environment[count] != nullptr) ++count;
  *bytes = (count + 3) * sizeof(char*);
  const long memory = SystemCall(SYS_mmap, 0, *bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory <= 0) return nullptr;
  char** extended = reinterpret_cast<char**>(memory);
  extended[0] = const_cast<char*>(kBindNow);
  extended[1] = const_cast<char*>(orders);
  for (std::size_t i = 0; i < count; ++i) extended[i + 2] = environment[i];
  return extended;
}

// The number at the beginning of the text, which is cut off with the character after it.
std::int32_t TakeNumber(std::string_view* text) {
  std::int32_t number = 0;
  while (!text->empty() && text->front() >= '0' && text->front() <= '9') {
    number = number * 10 + (text->front() - '0');
    text->remove_prefix(1);
  }
  if (!text->empty()) text->remove_prefix(1);
  return number;
}

// The number of the program that this process runs, new if no process has run it before.
ImageIndex NumberOfImage() {
  SharedState& shared = Shared();
  ProgramImageRecord own;
  DescribeImage(&own);
  for (std::uint32_t i = 0; i < shared.image_count; ++i) {
    if (std::strcmp(shared.images[i].path, own.path) == 0) return static_cast<ImageIndex>(i);
  }
  if (shared.image_count == SharedState::kMaxImages) {
    ReportUncontrolled("the processes of the program become more than 15 other programs");
  }
  shared.images[shared.image_count] = own;
  return static_cast<ImageIndex>(shared.image_count++);
}

// Those of the process that made or armed them end, but for that of alarm and setitimer, and those that a descriptor
// stands for. Source: POSIX.1-2017, exec, timer_create; timerfd_create(2).
void KeepTimers(ProcessIndex process) {
  Timers& timers = TheExecution().timers;
  for (std::uint32_t i = 0; i < timers.count; ++i) {
    Timer& timer = timers.entries[i];
    if (timer.process != process || timer.notice == Notice::kFree) continue;
    if (!timer.is_alarm && timer.notice != Notice::kDescriptor) {
      timer.notice = Notice::kFree;
      timer.deadline = kNever;
    } else if (timer.deadline != kNever) {
      ArmTimer(timer, timer.deadline, timer.interval);
    }
  }
}

void DetachSegmentsOf(ProcessIndex process) {
  SystemObjects& all = TheExecution().system_objects;
  for (std::uint32_t i = 0; i < all.segment_count; ++i) {
    Segment& segment = all.segments[i];
    if (!segment.is_attached_by[process]) continue;
    segment.is_attached_by[process] = false;
    if (--segment.attached == 0 && segment.is_marked) segment.id = 0;
  }
}

// The new program's first thread: exec takes effect, then main begins.
void* BeginProgram(void*) {
  Execution& execution = TheExecution();
  Process& process = ProcessAt(ThisProcess());
  for (int fd = 0; fd < process.descriptors.count; ++fd) {
    if (process.descriptors.entries[fd].closes_on_exec) RemoveDescriptorOf(process, fd);
  }
  DetachSegmentsOf(ThisProcess());
  KeepTimers(ThisProcess());
  ReleaseJoin(*execution.current, &process.end_clock);
  ReleaseParent(process);
  if (execution.system_objects.has_locks) NoteLocksMayBeFree();
  RecheckDescriptors();
  NoteChange();
  execution.body(execution.body_argument);
  return nullptr;
}

// What the explorer does before its first execution, and at the beginning of each, as far as it is a process's own.
void PreparePrivatePart(const Scenario& scenario, const Execution& shared) {
  Execution& execution = TheExecution();
  const Order& order = Shared().order;
  execution.body = scenario.body;
  execution.body_argument = scenario.argument;
  execution.is_whole_program = true;
  execution.is_supervised = true;
  execution.order_schedule = order.schedule;
  if (order.records) AllocateRecords();
  CreatePuppets(shared.puppet_count);
  FindInitialActions();
  InstallFailureSignals();
  KeepExitHandlers();
  ResetExitHandlers();
  execution.shadow.BeginExecution(shared.generation);
  execution.races.BeginExecution(shared.clock_base, shared.generation);
  execution.coroutines.BeginExecution(shared.generation);
  execution.context_stacks.BeginExecution();
  IgnoreForeignData();
  execution.inherited_files = shared.joining.inherited_files;
  execution.inherited_files.ForgetCopies();
  execution.this_process = shared.joining.process;
}

}  // namespace

bool CanJoin(const ProgramImage& image) {
  return Shared().segments.AreComplete() && !IsRootProcess() && !HoldsRobustMutex(ThisProcess()) &&
         IsThisEnginesProgram(image);
}

int BecomeJoinedProgram(const ProgramImage& image) {
  Execution& execution = TheExecution();
  Process& process = ProcessAt(ThisProcess());
  Thread& self = *execution.current;
  char orders[64];
  Text(orders) << kVariable.data() << ProcessAt(kRootProcess).real_pid << '.' << Shared().segments.state;
  std::size_t bytes = 0;
  char** const environment = WithOrders(image.environment, orders, &bytes);
  if (environment == nullptr) return ENOMEM;
  for (int fd = 0; fd < process.descriptors.count; ++fd) {
    Descriptor& entry = process.descriptors.entries[fd];
    if (entry.open_file == 0) continue;
    const long flags = SystemCall(SYS_fcntl, fd, F_GETFD);
    entry.closes_on_exec = flags < 0 || (flags & FD_CLOEXEC) != 0;
  }
  execution.joining.process = ThisProcess();
  execution.joining.thread = self.accessor.slot;
  execution.joining.inherited_files = execution.inherited_files;
  const InheritedFiles& inherited = execution.inherited_files;
  constexpr unsigned kCloseOnExec = 1 << 2;
  if (inherited.HasSaved()) {
    SystemCall(SYS_close_range, inherited.ReservedBegin(), inherited.ReservedEnd() - 1, kCloseOnExec);
  }
  Performed(OperationKind::kExec, nullptr, 0);
  SetProcessorTimer(0);
  execution.current = nullptr;
  long result;
  if (image.descriptor >= 0) {
    result = SystemCall(SYS_execveat, image.descriptor, "", image.arguments, environment, AT_EMPTY_PATH);
  } else {
    result = SystemCall(SYS_execve, image.path, image.arguments, environment);
  }
  execution.current = &self;
  execution.joining.process = kNoProcess;
  SetProcessorTimer(1);
  SystemCall(SYS_munmap, environment, bytes);
  if (execution.records) NoteOutcome("the program cannot be started");
  Performed(OperationKind::kExec, nullptr, static_cast<std::uint32_t>(-result));
  return static_cast<int>(-result);
}

bool JoinsExecution(char** environment) {
  for (char** entry = environment; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    if (text.substr(0, kVariable.size()) != kVariable) continue;
    text.remove_prefix(kVariable.size());
    // The program is not to see it.
    for (char** next = entry; *next != nullptr; ++next) next[0] = next[1];
    explorer = TakeNumber(&text);
    MapFileOfExplorer(TakeNumber(&text), kSharedAddress, kSharedStateSize);
    const SharedSegments& segments = Shared().segments;
    const auto& [objects, lines, cells] = TheExecution().shared_regions;
    MapFileOfExplorer(segments.objects, objects.begin, objects.size);
    RC_CHECK(AttachSegment(segments.file_undo, kFileUndoAddress));
    RC_CHECK(AttachSegment(segments.lines, lines.begin));
    RC_CHECK(AttachSegment(segments.shadow, cells.begin));
    return true;
  }
  return false;
}

bool HasJoined() { return explorer != 0; }

void RunJoinedProgram(const Scenario& scenario) {
  const bool has_early_threads = TheExecution().uncontrolled_threads > 0;
  const void* const memory = MapFileOfExplorer(Shared().segments.execution, 0, SharedSize());
  PreparePrivatePart(scenario, *static_cast<const Execution*>(memory));
  // From here on the first part of the Execution is that of all processes.
  SystemCall(SYS_mremap, memory, SharedSize(), SharedSize(), MREMAP_MAYMOVE | MREMAP_FIXED, kExecutionAddress);
  Execution& execution = TheExecution();
  Process& process = ProcessAt(ThisProcess());
  Thread& thread = execution.threads[execution.joining.thread];
  if (has_early_threads) {
    ReportUncontrolled("a program that was executed starts a thread before its main begins");
  }
  process.image = NumberOfImage();
  process.has_joined = true;
  process.has_executed = true;
  execution.has_other_images |= process.image != 0;
  TakeStrategies();
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& other = execution.threads[slot];
    if (other.process == ThisProcess() && other.state != Thread::State::kFree && &other != &thread) {
      EndThreadWithProcess(process, other);
      LeaveChildrenOfThread(other);
    }
  }
  process.first_thread = thread.accessor.slot;
  process.first_thread_id = thread.id;
  for (int signal = 1; signal <= 64; ++signal) {
    struct sigaction& action = process.signal_actions[signal];
    if (action.sa_handler != SIG_IGN) action = execution.initial_actions[signal];
  }
  process.signal_actions_changed = true;
  // The mask and the signals that are pending stay. Source: POSIX.1-2017, exec.
  BeginAnew(thread);
  thread.start = BeginProgram;
  thread.argument = nullptr;
  PreparePuppet(thread.accessor.slot);
  execution.joining.process = kNoProcess;
  RunThread(thread);
}

void DescribeImage(ProgramImageRecord* image) {
  const long size = SystemCall(SYS_readlink, "/proc/self/exe", image->path, sizeof image->path - 1);
  image->path[size > 0 ? size : 0] = '\0';
  const Execution& execution = TheExecution();
  image->code_begin = execution.code_begin;
  image->code_end = execution.code_end;
  image->data_begin = execution.data_begin;
  image->data_end = execution.data_end;
}

void TakeStrategies() {
  Execution& execution = TheExecution();
  execution.portfolio.TakeTables();
  TakeTable(&execution.replay);
  TakeTable(&execution.steered_walk);
}

}  // namespace racecourse
