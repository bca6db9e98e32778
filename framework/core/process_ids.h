// The numbers of processes as programs under control see them: the first process has this one, and a child the sum of
// it and the number of its first thread.
#ifndef RACECOURSE_CORE_PROCESS_IDS_H_
#define RACECOURSE_CORE_PROCESS_IDS_H_

#include <cstdint>

namespace racecourse {

inline constexpr std::int32_t kRootPid = 4242;

}  // namespace racecourse

#endif  // RACECOURSE_CORE_PROCESS_IDS_H_
