#include "grader/catalog/exercise.h"

#include <algorithm>

namespace racecourse::grader {

int Exercise::Points() const {
  int points = 0;
  for (const Check& check : checks) points += check.points;
  return points;
}

const Check* Exercise::FindCheck(const std::string& check_id) const {
  const auto check = std::ranges::find(checks, check_id, &Check::id);
  return check == checks.end() ? nullptr : &*check;
}

}  // namespace racecourse::grader
