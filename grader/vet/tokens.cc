#include "grader/vet/tokens.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace racecourse::grader {
namespace {

bool IsIdentifierCharacter(char c) {
  const unsigned char byte = static_cast<unsigned char>(c);
  return absl::ascii_isalnum(byte) || c == '_' || c == '$' || byte >= 0x80;
}

class Tokenizer {
 public:
  explicit Tokenizer(absl::string_view source) : source_(source) {}

  std::vector<Token> Run() {
    while (position_ < source_.size()) Step();
    return std::move(tokens_);
  }

 private:
  // The character `ahead` places on, with continued lines joined; '\0' at the end.
  char Peek(std::size_t ahead = 0) {
    std::size_t position = position_;
    for (;;) {
      position = SkipContinuations(position);
      if (ahead-- == 0) return position < source_.size() ? source_[position] : '\0';
      ++position;
    }
  }

  char Take() {
    const std::size_t position = SkipContinuations(position_);
    for (; position_ < position; ++position_) line_ += source_[position_] == '\n' ? 1 : 0;
    if (position_ >= source_.size()) return '\0';
    const char c = source_[position_++];
    if (c == '\n') ++line_;
    return c;
  }

  std::size_t SkipContinuations(std::size_t position) const {
    while (position + 1 < source_.size() && source_[position] == '\\') {
      if (source_[position + 1] == '\n') {
        position += 2;
      } else if (source_.substr(position + 1, 2) == "\r\n") {
        position += 3;
      } else {
        break;
      }
    }
    return position;
  }

  void Step() {
    const char c = Peek();
    if (c == '\n') {
      Take();
      at_line_begin_ = true;
    } else if (c == '\0' || absl::ascii_isspace(static_cast<unsigned char>(c))) {
      Take();
    } else if (c == '/' && Peek(1) == '/') {
      while (position_ < source_.size() && Peek() != '\n') Take();
    } else if (c == '/' && Peek(1) == '*') {
      SkipBlockComment();
    } else if (c == '"' || c == '\'') {
      Add(TokenKind::kString, line_, TakeLiteral());
    } else if (c == '#' || (c == '%' && Peek(1) == ':')) {
      const int line = line_;
      if (Take() == '%') Take();
      Add(TokenKind::kHash, line, "#");
    } else if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      TakeNumber();
    } else if (IsIdentifierCharacter(c)) {
      TakeIdentifier();
    } else {
      const int line = line_;
      Add(TokenKind::kOther, line, std::string(1, Take()));
    }
  }

  void SkipBlockComment() {
    Take();
    Take();
    while (position_ < source_.size() && !(Peek() == '*' && Peek(1) == '/')) Take();
    Take();
    Take();
  }

  std::string TakeLiteral() {
    const char quote = Take();
    std::string text;
    while (position_ < source_.size() && Peek() != quote && Peek() != '\n') {
      const char c = Take();
      text += c;
      if (c == '\\' && Peek() != '\n') text += Take();
    }
    if (Peek() == quote) Take();
    return text;
  }

  // Digit separators must not look like character literals.
  void TakeNumber() {
    const int line = line_;
    std::string text;
    while (IsIdentifierCharacter(Peek()) || Peek() == '.' || (Peek() == '\'' && IsIdentifierCharacter(Peek(1)))) {
      text += Take();
    }
    Add(TokenKind::kOther, line, std::move(text));
  }

  void TakeIdentifier() {
    const int line = line_;
    std::string text;
    while (IsIdentifierCharacter(Peek())) text += Take();
    const bool is_prefix = text == "R" || text == "LR" || text == "uR" || text == "UR" || text == "u8R";
    if (is_prefix && Peek() == '"') {
      Add(TokenKind::kString, line, TakeRawLiteral());
    } else {
      Add(TokenKind::kIdentifier, line, std::move(text));
    }
  }

  // In a raw literal a backslash means nothing, so it is taken from the source as it stands.
  std::string TakeRawLiteral() {
    Take();
    const std::size_t open = source_.find('(', position_);
    if (open == absl::string_view::npos) return TakeUpTo(source_.size());
    const std::string closing = ")" + std::string(source_.substr(position_, open - position_)) + "\"";
    const std::size_t end = source_.find(closing, open);
    if (end == absl::string_view::npos) return TakeUpTo(source_.size());
    TakeUpTo(open + 1);
    std::string text = TakeUpTo(end);
    TakeUpTo(end + closing.size());
    return text;
  }

  std::string TakeUpTo(std::size_t end) {
    const absl::string_view text = source_.substr(position_, end - position_);
    for (const char c : text) line_ += c == '\n' ? 1 : 0;
    position_ = end;
    return std::string(text);
  }

  void Add(TokenKind kind, int line, std::string text) {
    tokens_.push_back({.kind = kind, .text = std::move(text), .line = line, .begins_line = at_line_begin_});
    at_line_begin_ = false;
  }

  const absl::string_view source_;
  std::size_t position_ = 0;
  int line_ = 1;
  bool at_line_begin_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(absl::string_view source) { return Tokenizer(source).Run(); }

}  // namespace racecourse::grader
