#include "grader/compile/driver_arguments.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "grader/system/file.h"

namespace racecourse::grader {
namespace {

constexpr int kResponseFileDepthMax = 8;

// Options whose value is the next argument, when it is not written in the same one.
constexpr absl::string_view kTakesValue[] = {"-I",
                                             "-D",
                                             "-U",
                                             "-include",
                                             "-imacros",
                                             "-isystem",
                                             "-iquote",
                                             "-idirafter",
                                             "-iprefix",
                                             "-iwithprefix",
                                             "-isysroot",
                                             "-MF",
                                             "-MT",
                                             "-MQ",
                                             "-Xclang",
                                             "-Xpreprocessor",
                                             "-Xassembler",
                                             "-mllvm",
                                             "-target",
                                             "-arch",
                                             "--param",
                                             "-B",
                                             "--sysroot",
                                             "-aux-info",
                                             "-dumpbase",
                                             "-dumpdir",
                                             "-std",
                                             "-include-pch",
                                             "-MJ",
                                             "-ivfsoverlay",
                                             "-iwithsysroot",
                                             "-iwithprefixbefore",
                                             "-isystem-after",
                                             "-working-directory",
                                             "-serialize-diagnostics",
                                             "-iframework",
                                             "-F"};
constexpr absl::string_view kTakesValueForLinker[] = {"-L", "-l", "-Xlinker", "-T",     "-u",
                                                      "-z", "-e", "-rpath",   "-soname"};

constexpr absl::string_view kSourceEndings[] = {".c",  ".cc",  ".cp",  ".cpp", ".cxx", ".c++",  ".C",
                                                ".CC", ".CPP", ".CXX", ".i",   ".ii",  ".s",    ".S",
                                                ".sx", ".h",   ".hh",  ".hpp", ".hxx", ".cppm", ".ixx"};

template <std::size_t n>
bool IsOneOf(absl::string_view argument, const absl::string_view (&options)[n]) {
  return std::ranges::count(options, argument) > 0;
}

bool IsSource(const std::string& file) {
  return file == "-" || IsOneOf(std::filesystem::path(file).extension().string(), kSourceEndings);
}

// To be precompiled; clang stops after it.
bool IsHeader(const DriverArguments::Source& source) {
  static constexpr absl::string_view kHeaderEndings[] = {".h", ".hh", ".hpp", ".hxx"};
  if (!source.language.empty()) return absl::EndsWith(source.language, "-header");
  return IsOneOf(std::filesystem::path(source.file).extension().string(), kHeaderEndings);
}

bool StopsBeforeLink(absl::string_view argument) {
  return argument == "-c" || argument == "-S" || argument == "-E" || argument == "-M" || argument == "-MM" ||
         argument == "-fsyntax-only" || argument == "--precompile" || argument == "-emit-ast";
}

bool IsDropped(absl::string_view argument) {
  static constexpr absl::string_view kDropped[] = {
      "-fpie",   "-fPIE",    "-pie",    "-static-pie", "-fomit-frame-pointer", "-g0", "-fsanitize=thread",
      "-no-pie", "-fno-pie", "-fno-PIE"};
  return IsOneOf(argument, kDropped) || absl::StartsWith(argument, "-O") || argument == "-foptimize-sibling-calls" ||
         absl::StartsWith(argument, "-fno-sanitize") || absl::StartsWith(argument, "-fsanitize-ignorelist=") ||
         absl::StartsWith(argument, "-fsanitize-blacklist=");
}

bool IsForLinkerOnly(absl::string_view argument) {
  static constexpr absl::string_view kForLinker[] = {"-static", "-static-libstdc++", "-static-libgcc", "-rdynamic",
                                                     "-s",      "-nostartfiles",     "-nodefaultlibs", "-nostdlib",
                                                     "-nolibc"};
  return absl::StartsWith(argument, "-Wl,") || absl::StartsWith(argument, "-l") || absl::StartsWith(argument, "-L") ||
         absl::StartsWith(argument, "-fuse-ld=") || absl::StartsWith(argument, "--ld-path=") ||
         IsOneOf(argument, kForLinker);
}

// Options that the linker's driver must see as well as the compiler.
bool IsForBoth(absl::string_view argument) {
  return argument == "-pthread" || argument == "-v" || argument == "-###" || absl::StartsWith(argument, "--sysroot") ||
         absl::StartsWith(argument, "-stdlib=") || absl::StartsWith(argument, "--target=") || argument == "-m64" ||
         absl::StartsWith(argument, "-B") || absl::StartsWith(argument, "--gcc-") ||
         absl::StartsWith(argument, "-flto") || absl::StartsWith(argument, "-fprofile") || argument == "--coverage";
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  absl::StatusOr<DriverArguments> Parse() {
    while (position_ < arguments_.size() && status_.ok()) ParseNext();
    if (!status_.ok()) return status_;
    parsed_.is_query = parsed_.sources.empty() && !has_link_input_;
    parsed_.stops_before_link |= std::ranges::any_of(parsed_.sources, IsHeader);
    return std::move(parsed_);
  }

 private:
  std::string Value(const std::string& option) {
    if (position_ < arguments_.size()) return arguments_[position_++];
    status_ = absl::InvalidArgumentError(absl::StrCat("argument to '", option, "' is missing"));
    return "";
  }

  void ParseNext() {
    const std::string argument = arguments_[position_++];
    absl::string_view rest = argument;
    if (argument == "--variant") {
      SetVariant(Value(argument));
    } else if (absl::ConsumePrefix(&rest, "--variant=")) {
      SetVariant(std::string(rest));
    } else if (argument == "-o") {
      parsed_.output = Value(argument);
    } else if (absl::StartsWith(argument, "-o") && argument.size() > 2 && !absl::StartsWith(argument, "-obj")) {
      parsed_.output = argument.substr(2);
    } else if (argument == "-x") {
      SetLanguage(Value(argument));
    } else if (absl::StartsWith(argument, "-x") && argument.size() > 2) {
      SetLanguage(argument.substr(2));
    } else if (argument == "-" || !absl::StartsWith(argument, "-")) {
      AddInput(argument);
    } else if (argument == "--") {
      while (position_ < arguments_.size()) AddInput(arguments_[position_++]);
    } else {
      AddOption(argument);
    }
  }

  void AddInput(const std::string& file) {
    if (!language_.empty() || IsSource(file)) {
      parsed_.link_items.push_back({.source = static_cast<int>(parsed_.sources.size()), .argument = ""});
      parsed_.sources.push_back({.file = file, .language = language_});
    } else {
      AddLinkArgument(file);
      has_link_input_ = true;
    }
  }

  void AddOption(const std::string& argument) {
    absl::string_view rest = argument;
    if (StopsBeforeLink(argument)) {
      parsed_.stops_before_link = true;
      parsed_.compile_options.push_back(argument);
    } else if (argument == "-shared") {
      parsed_.makes_shared_object = true;
      AddLinkArgument(argument);
    } else if (argument == "-r") {
      parsed_.makes_relocatable_object = true;
      AddLinkArgument(argument);
    } else if (absl::ConsumePrefix(&rest, "-fsanitize=") && rest != "thread" && !IsNative()) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat(argument,
                       ": the systematic variant has detectors of its own, and the compiler's other sanitizers "
                       "cannot be combined with it"));
    } else if (IsDropped(argument)) {
      // See the header.
    } else if (IsOneOf(argument, kTakesValueForLinker)) {
      AddLinkArgument(argument);
      AddLinkArgument(Value(argument));
    } else if (IsForLinkerOnly(argument)) {
      AddLinkArgument(argument);
    } else if (IsOneOf(argument, kTakesValue)) {
      const std::string value = Value(argument);
      parsed_.compile_options.push_back(argument);
      parsed_.compile_options.push_back(value);
      if (argument == "-target" || argument == "-B" || argument == "--sysroot") {
        AddLinkArgument(argument);
        AddLinkArgument(value);
      }
    } else {
      parsed_.compile_options.push_back(argument);
      if (IsForBoth(argument)) AddLinkArgument(argument);
    }
  }

  // The variant may be named after the options it decides about.
  bool IsNative() const {
    const auto option = std::ranges::find(arguments_, "--variant");
    return std::ranges::count(arguments_, "--variant=native") > 0 ||
           (option != arguments_.end() && option + 1 != arguments_.end() && *(option + 1) == "native");
  }

  void AddLinkArgument(const std::string& argument) {
    parsed_.link_items.push_back({.source = -1, .argument = argument});
  }

  void SetLanguage(const std::string& language) { language_ = language == "none" ? "" : language; }

  void SetVariant(const std::string& name) {
    if (name == "systematic") {
      parsed_.variant = Variant::kSystematic;
    } else if (name == "native") {
      parsed_.variant = Variant::kNative;
    } else if (name == "thread-sanitizer") {
      parsed_.variant = Variant::kThreadSanitizer;
    } else if (name == "debugger") {
      parsed_.variant = Variant::kDebugger;
    } else if (name == "address-sanitizer") {
      parsed_.variant = Variant::kAddressSanitizer;
    } else {
      status_ = absl::InvalidArgumentError(absl::StrCat(
          "unknown variant '", name, "'; known: systematic, thread-sanitizer, address-sanitizer, debugger, native"));
    }
  }

  const std::vector<std::string>& arguments_;
  std::size_t position_ = 0;
  std::string language_;
  bool has_link_input_ = false;
  absl::Status status_;
  DriverArguments parsed_;
};

std::vector<std::string> SplitResponseFile(const std::string& text) {
  std::vector<std::string> arguments;
  std::string current;
  bool has_begun = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      current += text[++i];
      has_begun = true;
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        current += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      has_begun = true;
    } else if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      if (has_begun) arguments.push_back(std::exchange(current, {}));
      has_begun = false;
    } else {
      current += c;
      has_begun = true;
    }
  }
  if (has_begun) arguments.push_back(current);
  return arguments;
}

std::vector<std::string> Expand(const std::vector<std::string>& arguments, int depth) {
  std::vector<std::string> expanded;
  for (const std::string& argument : arguments) {
    absl::string_view file = argument;
    const bool is_reference = depth < kResponseFileDepthMax && absl::ConsumePrefix(&file, "@") && !file.empty();
    const auto text =
        is_reference ? ReadFile(std::string(file)) : absl::StatusOr<std::string>(absl::NotFoundError(argument));
    if (!text.ok()) {
      expanded.push_back(argument);
      continue;
    }
    for (std::string& inner : Expand(SplitResponseFile(*text), depth + 1)) expanded.push_back(std::move(inner));
  }
  return expanded;
}

}  // namespace

absl::StatusOr<DriverArguments> ParseDriverArguments(const std::vector<std::string>& arguments) {
  return Parser(arguments).Parse();
}

std::vector<std::string> ExpandResponseFiles(const std::vector<std::string>& arguments) { return Expand(arguments, 0); }

}  // namespace racecourse::grader
