#include "grader/vet/source_scan.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "grader/vet/tokens.h"

namespace racecourse::grader {
namespace {

constexpr absl::string_view kAssembly[] = {"asm", "__asm", "__asm__"};
constexpr absl::string_view kReservedPrefixes[] = {"__tsan_",      "__asan_",  "__msan_",
                                                   "__sanitizer_", "__ubsan_", "racecourse_"};

class SourceScanner {
 public:
  SourceScanner(const SourceTexts& sources, const std::vector<std::string>& allowed_includes)
      : sources_(sources), allowed_includes_(allowed_includes) {}

  std::optional<Misuse> Scan(const std::string& file, const std::string& text) const {
    const std::vector<Token> tokens = Tokenize(text);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      std::string message = tokens[i].kind == TokenKind::kIdentifier ? ComplaintAboutName(tokens[i].text) : "";
      if (tokens[i].kind == TokenKind::kHash && tokens[i].begins_line) message = ComplaintAboutDirective(tokens, i + 1);
      if (!message.empty()) return Misuse{.file = file, .line = tokens[i].line, .message = std::move(message)};
    }
    return std::nullopt;
  }

 private:
  static std::string ComplaintAboutName(absl::string_view name) {
    if (std::ranges::count(kAssembly, name) > 0) {
      return "Inline assembly is not allowed: what it does cannot be observed.";
    }
    if (absl::StrContains(name, "no_sanitize") || absl::StrContains(name, "disable_sanitizer_instrumentation")) {
      return absl::StrCat("'", name, "' is not allowed: it would hide accesses from the detectors.");
    }
    if (name == "__has_embed") return "'__has_embed' is not allowed in a submission.";
    for (const absl::string_view prefix : kReservedPrefixes) {
      if (absl::StartsWith(name, prefix)) {
        return absl::StrCat("The name '", name, "' is reserved: names that begin with ", prefix,
                            " belong to the detectors and the framework.");
      }
    }
    return "";
  }

  std::string ComplaintAboutDirective(const std::vector<Token>& tokens, std::size_t i) const {
    if (i >= tokens.size()) return "";
    const std::string& directive = tokens[i].text;
    // What a file is called decides whose it is.
    if (directive == "line" ||
        absl::ascii_isdigit(static_cast<unsigned char>(directive.empty() ? ' ' : directive[0]))) {
      return "#line is not allowed: reports name the lines of your own files.";
    }
    if (directive == "embed") return "#embed is not allowed in a submission.";
    if (directive == "pragma" && i + 2 < tokens.size() && tokens[i + 1].text == "clang" &&
        tokens[i + 2].text == "attribute") {
      return "#pragma clang attribute is not allowed: it could hide accesses from the detectors.";
    }
    if (directive != "include" && directive != "include_next" && directive != "import") return "";
    std::string name;
    if (i + 1 < tokens.size() && tokens[i + 1].kind == TokenKind::kString) {
      name = tokens[i + 1].text;
    } else if (i + 1 < tokens.size() && tokens[i + 1].text == "<") {
      for (std::size_t j = i + 2; j < tokens.size() && tokens[j].text != ">" && !tokens[j].begins_line; ++j) {
        name += tokens[j].text;
      }
    } else {
      return "#include must name its file; a macro is not allowed there.";
    }
    return ComplaintAboutInclude(name);
  }

  std::string ComplaintAboutInclude(const std::string& name) const {
    if (absl::StartsWith(name, "/") || absl::StrContains(name, "..") || absl::StrContains(name, "\\")) {
      return absl::StrCat("#include \"", name,
                          "\" leads out of the submission; only your own files and the standard "
                          "headers can be included.");
    }
    if (absl::StartsWith(name, "gtest/") || absl::StartsWith(name, "gmock/") || absl::StrContains(name, "sanitizer/")) {
      return absl::StrCat("#include <", name, "> is not allowed in a submission.");
    }
    if (allowed_includes_.empty() || sources_.contains(name) || std::ranges::count(allowed_includes_, name) > 0) {
      return "";
    }
    return absl::StrCat("This exercise does not allow <", name, ">; allowed are ",
                        absl::StrJoin(allowed_includes_, ", "), ".");
  }

  const SourceTexts& sources_;
  const std::vector<std::string>& allowed_includes_;
};

}  // namespace

std::optional<Misuse> ScanSources(const SourceTexts& sources, const std::vector<std::string>& allowed_includes) {
  const SourceScanner scanner(sources, allowed_includes);
  for (const auto& [file, text] : sources) {
    if (std::optional<Misuse> misuse = scanner.Scan(file, text)) return misuse;
  }
  return std::nullopt;
}

std::optional<Misuse> FindIdentifier(const SourceTexts& sources, const std::string& identifier) {
  for (const auto& [file, text] : sources) {
    for (const Token& token : Tokenize(text)) {
      if (token.kind == TokenKind::kIdentifier && token.text == identifier) {
        return Misuse{.file = file, .line = token.line, .message = ""};
      }
    }
  }
  return std::nullopt;
}

}  // namespace racecourse::grader
