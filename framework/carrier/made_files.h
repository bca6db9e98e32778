// The files and folders that a run made: its server takes them away when it is over, however it ended. In memory that
// the two share.
#ifndef RACECOURSE_CARRIER_MADE_FILES_H_
#define RACECOURSE_CARRIER_MADE_FILES_H_

#include <cstdint>

namespace racecourse {

struct MadeFiles {
  static constexpr std::uint32_t kBytes = 1 << 16;

  // Adds one by its name, which is made absolute. Threads: any.
  void Add(const char* path);
  // The last one first, so that folders are empty.
  void Remove();

 private:
  volatile std::uint32_t used_ = 0;
  char names_[kBytes] = {};
};

}  // namespace racecourse

#endif  // RACECOURSE_CARRIER_MADE_FILES_H_
