#include "grader/observe/experiments.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace racecourse::observe {
namespace {

using Json = nlohmann::json;

// This program has no better answer to a system call that fails than to say which one it was.
long Check(long result, const char* call) {
  if (result < 0) {
    std::perror(call);
    _exit(1);
  }
  return result;
}

// Runs `work` in a child and hands back what it says there.
Json InChild(const std::function<Json()>& work) {
  int ends[2];
  Check(pipe(ends), "pipe");
  const pid_t child = static_cast<pid_t>(Check(fork(), "fork"));
  if (child == 0) {
    const std::string text = work().dump();
    std::size_t written = 0;
    while (written < text.size()) {
      written += static_cast<std::size_t>(Check(write(ends[1], text.data() + written, text.size() - written), "write"));
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (long count; (count = Check(read(ends[0], buffer, sizeof buffer), "read")) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  Check(waitpid(child, &status, 0), "waitpid");
  if (status != 0) _exit(1);
  return Json::parse(text);
}

std::string AddressOf(const volatile void* place) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx",
                static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(const_cast<const void*>(place))));
  return text;
}

// The page of physical memory behind an address, from /proc/self/pagemap; 0 if the kernel does not tell (it tells root
// only).
std::uint64_t FrameOf(const volatile void* place) {
  const auto page = reinterpret_cast<std::uintptr_t>(place) / static_cast<std::uintptr_t>(getpagesize());
  const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::uint64_t entry = 0;
  const bool is_there = pread(fd, &entry, sizeof entry, static_cast<off_t>(page * sizeof entry)) == sizeof entry;
  close(fd);
  return is_there ? entry & ((std::uint64_t{1} << 55) - 1) : 0;
}

// Writes to a place and says what is there afterwards.
Json WriteAndLook(volatile int* place, int value) {
  *place = value;
  return {{"address", AddressOf(place)}, {"value", *place}, {"frame", FrameOf(place)}};
}

Json Look(volatile int* place) { return {{"address", AddressOf(place)}, {"value", *place}, {"frame", FrameOf(place)}}; }

// The lines of /proc/self/smaps that belong to the mapping at `begin`, in kB.
Json SizesOf(const void* begin) {
  std::ifstream maps("/proc/self/smaps");
  char head[32];
  std::snprintf(head, sizeof head, "%llx-", static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(begin)));
  Json sizes = {{"shared_kb", 0}, {"private_kb", 0}};
  bool is_in = false;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t colon = line.find(':');
    const bool is_head = line.find('-') < line.find(' ');
    if (is_head) is_in = line.starts_with(head);
    if (is_head || !is_in || colon == std::string::npos) continue;
    const std::string name = line.substr(0, colon);
    const long kb = std::atol(line.c_str() + colon + 1);
    if (name == "Shared_Clean" || name == "Shared_Dirty") sizes["shared_kb"] = sizes["shared_kb"].get<long>() + kb;
    if (name == "Private_Clean" || name == "Private_Dirty") sizes["private_kb"] = sizes["private_kb"].get<long>() + kb;
  }
  return sizes;
}

long FaultsSoFar() {
  rusage usage;
  Check(getrusage(RUSAGE_SELF, &usage), "getrusage");
  return usage.ru_minflt;
}

// The offset of an open file, as the kernel shows it for another process, too.
long OffsetOf(pid_t process, int fd) {
  std::ifstream info("/proc/" + std::to_string(process) + "/fdinfo/" + std::to_string(fd));
  std::string key;
  long offset = -1;
  while (info >> key) {
    if (key == "pos:") {
      info >> offset;
      break;
    }
  }
  return offset;
}

std::string LinkOf(pid_t process, int fd) {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/" + std::to_string(process) + "/fd/" + std::to_string(fd), error)
      .string();
}

}  // namespace

Json ObserveMemory() {
  Json result;
  {
    // Alone on its page: who writes to a neighbour on the same page makes a copy, too.
    struct alignas(4096) Page {
      volatile int variable;
    };
    static Page page;
    volatile int& variable = page.variable;
    variable = 1;
    const Json before = Look(&variable);
    const Json child = InChild([&] {
      Json seen = {{"before", Look(&variable)}};
      seen["after"] = WriteAndLook(&variable, 2);
      return seen;
    });
    result["process"] = {{"before", before},
                         {"child_before", child["before"]},
                         {"child_after", child["after"]},
                         {"after", Look(&variable)}};
    Json of_thread;
    std::thread([&] { of_thread = WriteAndLook(&variable, 3); }).join();
    result["thread"] = {{"other_after", of_thread}, {"after", Look(&variable)}};
  }
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) Check(-1, "mmap");
  auto* shared = static_cast<volatile int*>(memory);
  *shared = 1;
  const Json child = InChild([&] { return WriteAndLook(shared, 4); });
  result["shared"] = {{"child_after", child}, {"after", Look(shared)}};
  munmap(memory, 4096);
  return result;
}

Json ObserveCopyOnWrite() {
  constexpr std::size_t kPages = 2048;
  constexpr std::size_t kWritten = 100;
  const auto page = static_cast<std::size_t>(getpagesize());
  void* memory = mmap(nullptr, kPages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) Check(-1, "mmap");
  // Pages of the usual size, so that what is counted is what is copied. A kernel without huge pages says EINVAL.
  madvise(memory, kPages * page, MADV_NOHUGEPAGE);
  auto* bytes = static_cast<volatile char*>(memory);
  for (std::size_t i = 0; i < kPages; ++i) bytes[i * page] = 1;
  const Json alone = SizesOf(memory);
  const Json child = InChild([&] {
    const long faults_before_reading = FaultsSoFar();
    int sum = 0;
    for (std::size_t i = 0; i < kPages; ++i) sum += bytes[i * page];
    const long read_faults = FaultsSoFar() - faults_before_reading;
    const Json before = SizesOf(memory);
    const long faults_before_writing = FaultsSoFar();
    for (std::size_t i = 0; i < kWritten; ++i) bytes[i * page] = 2;
    const long faults_after = FaultsSoFar();
    return Json{{"before", before},
                {"after", SizesOf(memory)},
                {"sum", sum},
                {"read_faults", read_faults},
                {"write_faults", faults_after - faults_before_writing}};
  });
  const Json result = {{"pages", kPages},
                       {"page_bytes", page},
                       {"pages_written", kWritten},
                       {"parent_before_fork", alone},
                       {"child_before", child["before"]},
                       {"child_after", child["after"]},
                       {"read_faults", child["read_faults"]},
                       {"write_faults", child["write_faults"]},
                       {"parent_after", SizesOf(memory)}};
  munmap(memory, kPages * page);
  return result;
}

Json ObserveDescriptors() {
  char path[] = "/tmp/racecourse-observe-XXXXXX";
  const int writer = static_cast<int>(Check(mkstemp(path), "mkstemp"));
  Check(write(writer, "a file of twenty-six bytes", 26), "write");
  close(writer);
  const int before_fork = static_cast<int>(Check(open(path, O_RDONLY | O_CLOEXEC), "open"));
  const int also_before = static_cast<int>(Check(open(path, O_RDONLY | O_CLOEXEC), "open"));
  const pid_t parent = getpid();
  const Json child = InChild([&] {
    const pid_t self = getpid();
    char letters[10];
    Check(read(before_fork, letters, sizeof letters), "read");
    // The same number, and another open file behind it.
    close(also_before);
    const int own = static_cast<int>(Check(open(path, O_RDONLY | O_CLOEXEC), "open"));
    Check(dup2(own, also_before), "dup2");
    Check(read(also_before, letters, sizeof letters), "read");
    Json result = {{"copied",
                    {{"descriptor", before_fork},
                     {"link_in_parent", LinkOf(parent, before_fork)},
                     {"link_in_child", LinkOf(self, before_fork)},
                     {"child_offset", OffsetOf(self, before_fork)},
                     {"parent_offset", OffsetOf(parent, before_fork)}}},
                   {"opened_again",
                    {{"descriptor", also_before},
                     {"link_in_parent", LinkOf(parent, also_before)},
                     {"link_in_child", LinkOf(self, also_before)},
                     {"child_offset", OffsetOf(self, also_before)},
                     {"parent_offset", OffsetOf(parent, also_before)}}}};
    close(before_fork);
    result["open_in_child_after_its_close"] = !LinkOf(self, before_fork).empty();
    result["open_in_parent_after_childs_close"] = !LinkOf(parent, before_fork).empty();
    return result;
  });
  close(before_fork);
  close(also_before);
  unlink(path);
  return child;
}

}  // namespace racecourse::observe
