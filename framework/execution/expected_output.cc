#include "framework/execution/expected_output.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>

#include "framework/execution/execution.h"
#include "framework/execution/finding_builder.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

constexpr std::size_t kQuotedBytesMax = 80;

// The line of `text` that begins at `begin`, in quotes and with its end.
void QuoteLine(Text& to, const char* text, std::size_t begin, std::size_t end) {
  to << '"';
  for (std::size_t i = begin; i < end; ++i) {
    if (i - begin == kQuotedBytesMax) {
      to << "…";
      break;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      to << "\\n";
      break;
    }
    if (c == '"' || c == '\\') {
      to << '\\' << static_cast<char>(c);
    } else if (c >= ' ' && c < 0x7f) {
      to << static_cast<char>(c);
    } else {
      to << "\\x" << "0123456789abcdef"[c >> 4] << "0123456789abcdef"[c & 15];
    }
  }
  to << '"';
}

}  // namespace

bool ExpectedOutput::Read(const char* file) {
  const long descriptor = SystemCall(SYS_open, file, O_RDONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return false;
  struct stat status;
  bool is_read = SystemCall(SYS_fstat, descriptor, &status) == 0;
  if (is_read) {
    // A page even for nothing: a null pointer means that no output is expected at all.
    const std::size_t size = static_cast<std::size_t>(status.st_size);
    const long memory = SystemCall(SYS_mmap, 0, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    is_read = memory > 0;
    for (std::size_t done = 0; is_read && done < size;) {
      const long count = SystemCall(SYS_read, descriptor, memory + static_cast<long>(done), size - done);
      is_read = count > 0;
      done += static_cast<std::size_t>(count);
    }
    if (is_read) {
      bytes_ = reinterpret_cast<const char*>(memory);
      size_ = size;
    }
  }
  SystemCall(SYS_close, descriptor);
  return is_read;
}

void ExpectedOutput::Redirect() {
  const long file = SystemCall(SYS_memfd_create, "output", MFD_CLOEXEC);
  RC_CHECK(file >= 0);
  RC_CHECK(SystemCall(SYS_dup2, file, 1) == 1);
  // Whoever writes, and by whatever descriptor, writes at the end, also after the file was emptied.
  RC_CHECK(SystemCall(SYS_fcntl, 1, F_SETFL, O_APPEND) == 0);
  if (file != 1) SystemCall(SYS_close, file);
}

void ExpectedOutput::Keep(int reserved) {
  collected_ = static_cast<int>(SystemCall(SYS_fcntl, 1, F_DUPFD_CLOEXEC, reserved));
  RC_CHECK(collected_ >= 0);
}

void ExpectedOutput::Judge() {
  struct stat status;
  RC_CHECK(SystemCall(SYS_fstat, collected_, &status) == 0);
  const std::size_t written = static_cast<std::size_t>(status.st_size);
  char buffer[1024];
  std::size_t at = 0;
  while (at < written && at < size_) {
    const long count = SystemCall(SYS_pread64, collected_, buffer, sizeof buffer, at);
    RC_CHECK(count > 0);
    for (long i = 0; i < count; ++i, ++at) {
      if (at == size_ || buffer[i] != bytes_[at]) Report(at, written);
    }
  }
  if (written != size_) Report(at, written);
}

void ExpectedOutput::Report(std::size_t difference, std::size_t written) {
  std::size_t line = 1;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < difference; ++i) {
    if (bytes_[i] != '\n') continue;
    ++line;
    begin = i + 1;
  }
  char got[kQuotedBytesMax + 1];
  const long count = SystemCall(SYS_pread64, collected_, got, sizeof got, begin);
  FindingBuilder builder(FindingKind::kOutput);
  Text& message = builder.Message();
  if (begin == written) {
    message << "The output ends " << (line == 1 ? "before it begins" : "too early") << ": line " << line
            << " should be ";
    QuoteLine(message, bytes_, begin, size_);
  } else if (begin == size_) {
    message << "The output should end before line " << line << ", which is ";
    QuoteLine(message, got, 0, count > 0 ? static_cast<std::size_t>(count) : 0);
  } else {
    message << "Line " << line << " of the output is ";
    QuoteLine(message, got, 0, count > 0 ? static_cast<std::size_t>(count) : 0);
    message << ", and should be ";
    QuoteLine(message, bytes_, begin, size_);
  }
  message << '.';
  builder.AddStackOf(*TheExecution().current) << "the end of the program";
  builder.Report();
}

void ExpectedOutput::Forget() { RC_CHECK(SystemCall(SYS_ftruncate, collected_, 0) == 0); }

}  // namespace racecourse
