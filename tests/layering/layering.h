// Holds every #include in framework/ and grader/ against the table "Parts" of
// docs/architecture.md, and keeps the compiler's ABI in one folder. It reads
// text, not a preprocessor's output: an #include inside #if counts, which is
// the point: a layer must hold in every configuration.

#ifndef TESTS_LAYERING_LAYERING_H_
#define TESTS_LAYERING_LAYERING_H_

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace racecourse::layering {

// What a part may include from outside the repository.
enum class Outside {
  kStandard,            // the C++ standard library
  kStandardGoogleTest,  // and GoogleTest
  kSystem,              // the C++ standard library and the system's headers
  kSystemGoogleTest,    // and GoogleTest
  kAny,                 // and any library
};

// One row of the table.
struct Part {
  std::string folder;             // from the top of the repository, without a slash at the end
  std::string documented;         // the row's last column, word for word
  std::set<std::string> project;  // folders that it may include, besides its own
  Outside outside;
};

// The table of docs/architecture.md.
std::span<const Part> Parts();

// Each violation is one line: "file:line: what is wrong".
// REQUIRES: `root` is the top of a repository (or of a tree that imitates one).
std::vector<std::string> IncludeViolations(const std::filesystem::path& root);

// Definitions of functions named __tsan_* outside framework/interpose, in
// framework/, grader/ and exercises/.
std::vector<std::string> AbiViolations(const std::filesystem::path& root);

// The rows of the table in docs/architecture.md as "folder | last column", for
// comparison with Parts().
std::vector<std::string> DocumentedRows(const std::filesystem::path& root);

}  // namespace racecourse::layering

#endif  // TESTS_LAYERING_LAYERING_H_
