#ifndef RACECOURSE_GRADER_SYSTEM_STATUS_MACROS_H_
#define RACECOURSE_GRADER_SYSTEM_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Passes an error up unchanged. The message is made where the facts are.
#define RETURN_IF_ERROR(expression)                              \
  do {                                                           \
    absl::Status status_of_expression = (expression);            \
    if (!status_of_expression.ok()) return status_of_expression; \
  } while (false)

// ASSIGN_OR_RETURN(auto text, ReadFile(path)): names the value or passes the error up.
#define ASSIGN_OR_RETURN(declaration, expression) \
  RACECOURSE_ASSIGN_OR_RETURN_(RACECOURSE_JOIN_(status_or_, __LINE__), declaration, expression)

#define RACECOURSE_JOIN_(a, b) RACECOURSE_JOIN_INNER_(a, b)
#define RACECOURSE_JOIN_INNER_(a, b) a##b
#define RACECOURSE_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                         \
  if (!result.ok()) return std::move(result).status();                \
  declaration = *std::move(result)

#endif  // RACECOURSE_GRADER_SYSTEM_STATUS_MACROS_H_
