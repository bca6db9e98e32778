// One line of the trace: a JSON object, built field by field and written in one piece. See docs/architecture.md, "The
// trace". Engine code of the supervisor only: it allocates.
#ifndef RACECOURSE_TRACE_JSON_LINE_H_
#define RACECOURSE_TRACE_JSON_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace racecourse {

class JsonLine {
 public:
  JsonLine() : text_("{") {}

  JsonLine& Text(std::string_view key, std::string_view value) {
    Key(key);
    Quote(value);
    return *this;
  }
  JsonLine& Number(std::string_view key, std::uint64_t value) {
    Key(key);
    text_ += std::to_string(value);
    return *this;
  }
  JsonLine& Decimal(std::string_view key, double value) {
    Key(key);
    text_ += std::to_string(value);
    return *this;
  }
  JsonLine& Flag(std::string_view key, bool value) {
    Key(key);
    text_ += value ? "true" : "false";
    return *this;
  }
  // `json` is valid JSON.
  JsonLine& Raw(std::string_view key, std::string_view json) {
    Key(key);
    text_ += json;
    return *this;
  }
  // The object without a line end.
  std::string Object() const { return text_ + "}"; }

  // Writes the object and a line end to `fd`, all of it; does nothing if fd is negative.
  void WriteTo(int fd) const;

 private:
  void Key(std::string_view key) {
    if (text_.size() > 1) text_ += ',';
    Quote(key);
    text_ += ':';
  }
  void Quote(std::string_view value);

  std::string text_;
};

// "[a,b]" from valid JSON values.
class JsonList {
 public:
  void Add(std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
  }
  std::string Text() const { return text_ + "]"; }

 private:
  std::string text_ = "[";
};

}  // namespace racecourse

#endif  // RACECOURSE_TRACE_JSON_LINE_H_
