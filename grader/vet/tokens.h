#ifndef RACECOURSE_GRADER_VET_TOKENS_H_
#define RACECOURSE_GRADER_VET_TOKENS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace racecourse::grader {

enum class TokenKind { kIdentifier, kString, kHash, kOther };

struct Token {
  TokenKind kind = TokenKind::kOther;
  std::string text;  // of a string: what is between the quotes
  int line = 0;
  bool begins_line = false;  // nothing but blanks and comments before it

  bool operator==(const Token&) const = default;
};

// Cuts C++ source into tokens as far as vetting needs it: comments vanish, lines continued by a backslash are joined,
// string and character literals (raw ones too) are one token, `%:` is `#`. Never fails; unfinished literals end with
// the text.
std::vector<Token> Tokenize(absl::string_view source);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_VET_TOKENS_H_
