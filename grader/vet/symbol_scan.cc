#include "grader/vet/symbol_scan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "grader/vet/source_scan.h"

namespace racecourse::grader {
namespace {

constexpr absl::string_view kLoaders[] = {"dlopen", "dlmopen", "dlsym", "dlvsym"};

// Families of names, defined in libc, the compiler's runtime or ours, whose calls are watched.
constexpr absl::string_view kWatchedPrefixes[] = {
    "__tsan_", "__asan_", "__ubsan_", "__lsan_", "__msan_", "__sanitizer_", "racecourse_",   "pthread_",
    "sem_",    "__cxa_",  "__libc_",  "mtx_",    "cnd_",    "thrd_",        "__interceptor_"};
constexpr absl::string_view kWatchedNames[] = {"_exit",      "_Exit",         "abort",
                                               "accept",     "aligned_alloc", "atexit",
                                               "calloc",     "clock_gettime", "clock_nanosleep",
                                               "clone",      "close",         "connect",
                                               "dup",        "dup2",          "execve",
                                               "execv",      "execvp",        "exit",
                                               "fcntl",      "flock",         "fork",
                                               "free",       "getrandom",     "kill",
                                               "longjmp",    "malloc",        "memalign",
                                               "memcpy",     "memmove",       "memset",
                                               "mmap",       "mprotect",      "munmap",
                                               "nanosleep",  "open",          "pipe",
                                               "pipe2",      "poll",          "posix_memalign",
                                               "quick_exit", "raise",         "rand",
                                               "read",       "realloc",       "sched_yield",
                                               "select",     "sigaction",     "signal",
                                               "sleep",      "socketpair",    "syscall",
                                               "time",       "usleep",        "vfork",
                                               "wait",       "waitid",        "waitpid",
                                               "write"};

bool IsWatched(absl::string_view name) {
  return std::ranges::count(kWatchedNames, name) > 0 ||
         std::ranges::any_of(kWatchedPrefixes,
                             [&](absl::string_view prefix) { return absl::StartsWith(name, prefix); });
}

// operator new, new[], delete and delete[], in Itanium's mangling.
bool IsGlobalAllocationOperator(absl::string_view name) {
  return absl::StartsWith(name, "_Znw") || absl::StartsWith(name, "_Zna") || absl::StartsWith(name, "_Zdl") ||
         absl::StartsWith(name, "_Zda");
}

std::string Watched(absl::string_view name) {
  return absl::StrCat(
      "It defines '", name,
      "', a function of the system that the framework watches; choose another name, or make it a member "
      "or `static`.");
}

std::string Complaint(const Symbol& symbol) {
  if (std::ranges::count(kLoaders, symbol.name) > 0) {
    return absl::StrCat("'", symbol.name, "' is not allowed: what it finds cannot be observed.");
  }
  if (!symbol.is_defined) return "";
  if (symbol.name == "main") {
    return "It defines main(), but the tests bring their own; keep yours in a file that you do not submit.";
  }
  if (IsGlobalAllocationOperator(symbol.name)) {
    return "It replaces the global operator new or delete, which belongs to the framework here.";
  }
  if (absl::StartsWith(symbol.name, "_ZN7testing")) return "It defines a part of GoogleTest, which the tests bring.";
  if (absl::StartsWith(symbol.name, "_ZN10racecourse") && !symbol.is_weak) {
    return "It defines a part of the namespace racecourse, which belongs to the framework.";
  }
  if (IsWatched(symbol.name)) {
    return Watched(symbol.name);
  }
  return "";
}

}  // namespace

std::vector<Symbol> ParseSymbols(absl::string_view nm_output) {
  std::vector<Symbol> symbols;
  for (const absl::string_view line : absl::StrSplit(nm_output, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (fields.size() < 2 || fields[1].size() != 1) continue;
    const char type = fields[1][0];
    // Lower case means local, except for the weak kinds.
    if (absl::ascii_islower(static_cast<unsigned char>(type)) && type != 'w' && type != 'v' && type != 'u') continue;
    const bool is_weak = type == 'w' || type == 'v' || type == 'W' || type == 'V' || type == 'u';
    symbols.push_back(
        {.name = std::string(fields[0]), .is_defined = type != 'U' && type != 'w' && type != 'v', .is_weak = is_weak});
  }
  return symbols;
}

namespace {

Misuse MisuseOf(const Symbol& symbol, std::string complaint, const SourceTexts& sources) {
  const std::string written = IsGlobalAllocationOperator(symbol.name) ? "operator" : symbol.name;
  Misuse misuse = FindIdentifier(sources, written).value_or(Misuse{});
  if (misuse.file.empty() && !sources.empty()) misuse.file = sources.begin()->first;
  misuse.message = std::move(complaint);
  return misuse;
}

}  // namespace

std::optional<Misuse> ScanForOwnSymbols(const std::vector<Symbol>& symbols, const std::vector<Symbol>& own,
                                        const SourceTexts& sources) {
  std::set<absl::string_view> names;
  for (const Symbol& symbol : own) {
    if (symbol.is_defined && symbol.name != "main") names.insert(symbol.name);
  }
  for (const Symbol& symbol : symbols) {
    if (!symbol.is_defined || !names.contains(symbol.name)) continue;
    if (symbol.is_weak && absl::StartsWith(symbol.name, "_Z")) continue;
    return MisuseOf(symbol, Watched(symbol.name), sources);
  }
  return std::nullopt;
}

std::optional<Misuse> ScanSymbols(const std::vector<Symbol>& symbols, const SourceTexts& sources, bool is_program) {
  for (const Symbol& symbol : symbols) {
    if (is_program && symbol.name == "main") continue;
    std::string complaint = Complaint(symbol);
    if (complaint.empty()) continue;
    return MisuseOf(symbol, std::move(complaint), sources);
  }
  return std::nullopt;
}

}  // namespace racecourse::grader
