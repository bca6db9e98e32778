// Found before libstdc++'s header of the same name, which it includes.
//
// Up to C++17 that header says that the members of std::string are in the library: what is not inlined (append, assign,
// insert) then runs code that nobody watches, and two threads that append to one string are not seen to race. From C++20 on
// the members are compiled with the program; here they are so always. The macro is libstdc++'s own: bits/c++config.h.
#pragma GCC system_header

#pragma push_macro("_GLIBCXX_EXTERN_TEMPLATE")
#undef _GLIBCXX_EXTERN_TEMPLATE
#define _GLIBCXX_EXTERN_TEMPLATE -1
#include_next <bits/basic_string.tcc>
#pragma pop_macro("_GLIBCXX_EXTERN_TEMPLATE")
