// Builds a short text in memory of the caller's, without allocation and without libc: used where the program may have
// been stopped anywhere. Text that does not fit is cut.
#ifndef RACECOURSE_CORE_TEXT_H_
#define RACECOURSE_CORE_TEXT_H_

#include <cstddef>
#include <cstdint>

namespace racecourse {

class Text {
 public:
  // `capacity` > 0 counts the terminating NUL, which is always there.
  Text(char* buffer, std::size_t capacity) : buffer_(buffer), capacity_(capacity) { buffer_[0] = '\0'; }
  template <std::size_t kCapacity>
  explicit Text(char (&buffer)[kCapacity]) : Text(buffer, kCapacity) {}

  Text& operator<<(char c) {
    if (length_ + 1 < capacity_) {
      buffer_[length_++] = c;
      buffer_[length_] = '\0';
    }
    return *this;
  }
  Text& operator<<(const char* text) {
    for (; *text != '\0'; ++text) *this << *text;
    return *this;
  }
  Text& operator<<(std::uint64_t number) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    while (count > 0) *this << digits[--count];
    return *this;
  }
  Text& operator<<(std::uint32_t number) { return *this << std::uint64_t{number}; }
  Text& operator<<(int number) { return *this << std::int64_t{number}; }
  Text& operator<<(std::int64_t number) {
    if (number >= 0) return *this << static_cast<std::uint64_t>(number);
    return *this << '-' << (~static_cast<std::uint64_t>(number) + 1);
  }
  Text& Hex(std::uint64_t number) {
    *this << "0x";
    int shift = 60;
    while (shift > 0 && (number >> shift) == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) *this << "0123456789abcdef"[number >> shift & 15];
    return *this;
  }

 private:
  char* buffer_;
  std::size_t capacity_;
  std::size_t length_ = 0;
};

}  // namespace racecourse

#endif  // RACECOURSE_CORE_TEXT_H_
