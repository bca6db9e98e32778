// One SOMETIMES in a program's text. See schedule_test.h.
#ifndef RACECOURSE_SOMETIMES_SITE_H_
#define RACECOURSE_SOMETIMES_SITE_H_

namespace racecourse::internal {

struct SometimesSite {
  const char* condition;
  const char* file;
  const char* function;  // the enclosing function as the compiler prints it
  long line;
};

}  // namespace racecourse::internal

extern "C" void racecourse_sometimes(const racecourse::internal::SometimesSite* site, bool condition);

#endif  // RACECOURSE_SOMETIMES_SITE_H_
