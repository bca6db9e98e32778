#include "grader/trace/sanitizer_text.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace racecourse::grader {
namespace {

using Report = TraceWitness::Report;

constexpr std::size_t kReportsMax = 64;
constexpr std::size_t kStacksMax = 8;
constexpr std::size_t kFramesMax = 64;
constexpr absl::string_view kErrorOfAddress = "ERROR: AddressSanitizer: ";
constexpr absl::string_view kErrorOfUndefined = ": runtime error: ";

// "    #3 0x401234 …"
bool ParseFrame(absl::string_view line, Address& address) {
  if (!absl::ConsumePrefix(&line, "#")) return false;
  const std::size_t blank = line.find(' ');
  if (blank == absl::string_view::npos) return false;
  line.remove_prefix(blank + 1);
  return absl::StartsWith(line, "0x") && absl::SimpleHexAtoi(line.substr(0, line.find(' ')), &address);
}

// The number behind the last " T" that a digit follows: "WRITE of size 4 at 0x5020 thread T1".
int ThreadIn(absl::string_view line) {
  for (std::size_t place = line.rfind('T'); place != absl::string_view::npos && place > 0;
       place = line.rfind('T', place - 1)) {
    absl::string_view digits = line.substr(place + 1);
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    int number = 0;
    if (line[place - 1] == ' ' && digits.size() < 6 && absl::SimpleAtoi(digits, &number)) return number;
  }
  return 0;
}

// "heap-use-after-free" of "heap-use-after-free on address 0x…"; what begins otherwise gets a word of its own.
std::string KindOf(absl::string_view headline) {
  if (absl::StartsWith(headline, "attempting double-free")) return "double-free";
  if (absl::StartsWith(headline, "attempting free on address")) return "bad-free";
  return std::string(headline.substr(0, headline.find_first_of(" :")));
}

class Parser {
 public:
  void Line(absl::string_view raw) {
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (reports_.size() == kReportsMax) return;
    Address address = 0;
    if (ParseFrame(line, address)) return AddFrame(address);
    // A stack may begin some lines below its headline, and ends with its last frame.
    if (!reports_.empty() && !reports_.back().accesses.empty() && !reports_.back().accesses.back().frames.empty()) {
      takes_frames_ = false;
    }
    if (const std::size_t at = line.find(kErrorOfAddress); at != absl::string_view::npos) {
      return BeginAddress(line.substr(at + kErrorOfAddress.size()));
    }
    if (const std::size_t at = line.find(kErrorOfUndefined); at != absl::string_view::npos) {
      Begin("undefined-behavior", line.substr(at + kErrorOfUndefined.size()));
      return BeginStack("here", 0);
    }
    if (absl::StartsWith(line, "Direct leak of ")) {
      Begin("leak", line.substr(0, line.find(" allocated from:")));
      return BeginStack("allocated", 0);
    }
    if (reports_.empty() || absl::StartsWith(line, "SUMMARY:")) return;
    if (absl::StartsWith(line, "READ of size ") || absl::StartsWith(line, "WRITE of size ")) return BeginAccess(line);
    if (absl::EndsWith(line, " here:")) return BeginLife(line);
    if (absl::StrContains(line, "<== ") || absl::StrContains(line, " global variable '")) Describe(line);
  }

  std::vector<Report> Take() { return std::move(reports_); }

 private:
  void Begin(std::string kind, absl::string_view message) {
    reports_.push_back({.kind = std::move(kind), .message = std::string(message), .accesses = {}});
  }

  void BeginAddress(absl::string_view headline) {
    Begin(KindOf(headline), "");
    // Errors that are no access have their stack right here.
    BeginStack("here", ThreadIn(headline));
  }

  void BeginAccess(absl::string_view line) {
    std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (!reports_.back().accesses.empty() && reports_.back().accesses.back().frames.empty()) {
      reports_.back().accesses.pop_back();
    }
    BeginStack(absl::StrCat("this ", absl::AsciiStrToLower(words[0]), " of ", words[3], " bytes"), ThreadIn(line));
  }

  // "freed by thread T1 here:", "previously allocated by thread T0 here:"
  void BeginLife(absl::string_view line) {
    takes_frames_ = false;
    if (absl::StrContains(line, " created by ")) return;
    BeginStack(absl::StrContains(line, "freed") ? "freed" : "allocated", ThreadIn(line));
  }

  void BeginStack(std::string role, int thread) {
    std::vector<TraceStack>& stacks = reports_.back().accesses;
    if (stacks.size() == kStacksMax) return;
    TraceStack& stack = stacks.emplace_back();
    stack.role = std::move(role);
    stack.thread = thread;
    takes_frames_ = true;
  }

  void AddFrame(Address address) {
    if (!takes_frames_ || reports_.empty() || reports_.back().accesses.empty()) return;
    std::vector<Address>& frames = reports_.back().accesses.back().frames;
    if (frames.size() < kFramesMax) frames.push_back(address);
  }

  // "[32, 48) 'local' (line 12) <== Memory access at offset 48 overflows this variable", or
  // "0x… is located 0 bytes after global variable 'g' defined in 'a.cc:6' (0x…) of size 16": the variable's name.
  void Describe(absl::string_view line) {
    const std::size_t begin = line.find('\'');
    const std::size_t end = line.find('\'', begin + 1);
    if (begin == absl::string_view::npos || end == absl::string_view::npos || !reports_.back().message.empty()) return;
    reports_.back().message = std::string(line.substr(begin + 1, end - begin - 1));
  }

  std::vector<Report> reports_;
  bool takes_frames_ = false;
};

}  // namespace

std::vector<Report> ParseSanitizerText(absl::string_view text) {
  Parser parser;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) parser.Line(line);
  return parser.Take();
}

}  // namespace racecourse::grader
