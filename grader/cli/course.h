#ifndef RACECOURSE_GRADER_CLI_COURSE_H_
#define RACECOURSE_GRADER_CLI_COURSE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grader/catalog/catalog.h"
#include "grader/compile/compiler.h"
#include "grader/compile/installation.h"
#include "grader/compile/toolchain.h"

namespace racecourse::grader {

// What most commands need: where Racecourse lies, its exercises and a compiler. Neither copied nor moved, because its
// parts refer to each other.
class Course {
 public:
  static absl::StatusOr<std::unique_ptr<Course>> Open();
  Course(const Course&) = delete;
  Course& operator=(const Course&) = delete;
  // Keeps the cache from growing without bound.
  ~Course();

  const Installation& installation() const { return installation_; }
  const Toolchain& toolchain() const { return toolchain_; }
  const Catalog& catalog() const { return catalog_; }
  const Compiler& compiler() const { return compiler_; }

 private:
  Course(Installation installation, Toolchain toolchain, Catalog catalog, BuildCache cache);

  const Installation installation_;
  const Toolchain toolchain_;
  const Catalog catalog_;
  const BuildCache cache_;
  const Compiler compiler_;
};

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_CLI_COURSE_H_
