#include "grader/cli/course.h"

#include <utility>

#include "grader/compile/build_cache.h"
#include "grader/system/status_macros.h"

namespace racecourse::grader {
namespace {

constexpr std::uint64_t kCacheBytesMax = std::uint64_t{2} << 30;

}  // namespace

absl::StatusOr<std::unique_ptr<Course>> Course::Open() {
  Installation installation = FindInstallation();
  ASSIGN_OR_RETURN(Catalog catalog, Catalog::Load(installation.source));
  ASSIGN_OR_RETURN(Toolchain toolchain, FindToolchain());
  ASSIGN_OR_RETURN(BuildCache cache, BuildCache::Open());
  return std::unique_ptr<Course>(
      new Course(std::move(installation), std::move(toolchain), std::move(catalog), std::move(cache)));
}

Course::Course(Installation installation, Toolchain toolchain, Catalog catalog, BuildCache cache)
    : installation_(std::move(installation)),
      toolchain_(std::move(toolchain)),
      catalog_(std::move(catalog)),
      cache_(std::move(cache)),
      compiler_(toolchain_, cache_) {}

Course::~Course() { cache_.Trim(kCacheBytesMax); }

}  // namespace racecourse::grader
