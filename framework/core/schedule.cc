#include "framework/core/schedule.h"

namespace racecourse {
namespace {

constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";

class Writer {
 public:
  Writer(char* text, std::size_t capacity) : text_(text), capacity_(capacity) {}
  void Put(char c) {
    if (length_ + 1 < capacity_) {
      text_[length_++] = c;
    } else {
      overflow_ = true;
    }
  }
  void PutText(const char* text) {
    for (; *text != '\0'; ++text) Put(*text);
  }
  void PutGroups(std::uint32_t number) {
    while (number >= 16) {
      Put(kDigits[16 + (number & 15)]);
      number >>= 4;
    }
    Put(kDigits[number]);
  }
  void PutHex(std::uint64_t number) {
    int shift = 60;
    while (shift > 0 && (number >> shift) == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) Put(kDigits[(number >> shift) & 15]);
  }
  std::size_t Finish() {
    if (overflow_ || capacity_ == 0) return 0;
    text_[length_] = '\0';
    return length_;
  }

 private:
  char* text_;
  std::size_t capacity_;
  std::size_t length_ = 0;
  bool overflow_ = false;
};

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'v') return c - 'a' + 10;
  return -1;
}

// Reads one number in groups; advances *text. False on a bad digit, a missing end, or a number over 32 bits.
bool ReadGroups(const char** text, std::uint32_t* number) {
  std::uint64_t result = 0;
  for (int shift = 0; shift <= 32; shift += 4) {
    const int digit = DigitValue(**text);
    if (digit < 0) return false;
    ++*text;
    result |= static_cast<std::uint64_t>(digit & 15) << shift;
    if (digit < 16) {
      *number = static_cast<std::uint32_t>(result);
      return result <= 0xffffffffu;
    }
  }
  return false;
}

}  // namespace

std::size_t FormatSchedule(const Schedule& schedule, char* text, std::size_t capacity) {
  Writer writer(text, capacity);
  writer.PutText("rc1:");
  for (std::uint32_t i = 0; i < schedule.plain_point_count; ++i) {
    writer.Put(i == 0 ? '@' : ',');
    writer.PutHex(schedule.plain_points[i]);
  }
  if (schedule.plain_point_count > 0) writer.Put(':');
  std::uint32_t next = 0;
  for (const Deviation& deviation : schedule.Deviations()) {
    writer.PutGroups(deviation.choice - next);
    writer.PutGroups(deviation.value);
    next = deviation.choice + 1;
  }
  return writer.Finish();
}

const char* ParseSchedule(const char* text, Schedule* schedule) {
  const char prefix[] = "rc1:";
  for (const char* p = prefix; *p != '\0'; ++p, ++text) {
    if (*text != *p) return "a schedule begins with rc1:";
  }
  schedule->deviation_count = 0;
  schedule->plain_point_count = 0;
  if (*text == '@') {
    do {
      ++text;
      if (schedule->plain_point_count == Schedule::kMaxPlainPoints) return "the schedule names too many instructions";
      std::uint64_t offset = 0;
      int digits = 0;
      for (; DigitValue(*text) >= 0 && DigitValue(*text) < 16 && digits < 16; ++text, ++digits) {
        offset = offset * 16 + static_cast<unsigned>(DigitValue(*text));
      }
      if (digits == 0) return "the schedule has an instruction offset that is not hexadecimal";
      schedule->plain_points[schedule->plain_point_count++] = offset;
    } while (*text == ',');
    if (*text != ':') return "the list of instructions in the schedule does not end with a colon";
    ++text;
  }
  std::uint64_t next = 0;
  while (*text != '\0') {
    std::uint32_t skip = 0;
    std::uint32_t value = 0;
    if (!ReadGroups(&text, &skip) || !ReadGroups(&text, &value)) return "the schedule is cut short or has a bad digit";
    if (value > 255) return "the schedule names a thread over 255";
    if (schedule->deviation_count == Schedule::kMaxDeviations) return "the schedule is too long";
    next += skip;
    if (next > 0xffffffffu) return "the schedule is too long";
    schedule->deviations[schedule->deviation_count++] = {static_cast<std::uint32_t>(next),
                                                         static_cast<std::uint8_t>(value)};
    ++next;
  }
  return nullptr;
}

}  // namespace racecourse
