// What the program changed in the file system, so that it can be put back: each execution finds the files that the
// first one found, and after exploring they are as they were before it.
//
// Preserve() notes what a path names before the program changes it; a file's contents are copied. UndoAll() goes
// backwards through the notes. They lie in memory that the supervisor shares, because an explorer process may end in
// the middle of an execution: its supervisor then puts things back. Only system calls are made, nothing is allocated.
// Threads: the one running thread, or the supervisor after the explorer's end.
#ifndef RACECOURSE_EXECUTION_FILE_UNDO_H_
#define RACECOURSE_EXECUTION_FILE_UNDO_H_

#include <sys/types.h>
#include <time.h>

#include <cstddef>
#include <cstdint>

#include "framework/core/address_space.h"

namespace racecourse {

class FileUndo {
 public:
  enum class Outcome : std::uint8_t {
    kDone,          // noted, or there is nothing that would need it
    kIsDevice,      // what is written there cannot be taken back
    kTooLarge,      // more than fits into the memory for copies
    kUnreadable,    // its contents cannot be copied
    kTooMany,       // more paths than there is room for
    kDanglingLink,  // a symbolic link to something that does not exist
  };

  // Notes what `path` names, relative to the open directory `folder` as in openat. `follows_link`: if it is a symbolic
  // link, what that leads to is changed, not the link.
  Outcome Preserve(int folder, const char* path, bool follows_link);
  // The program is about to give what `from` names the name `to`, whose state is preserved first; or exchanges the two.
  Outcome PreserveMove(int from_folder, const char* from, int to_folder, const char* to, bool exchanges);
  bool IsEmpty() const { return count_ == 0; }
  // Puts everything back, newest first. False if something could not be; the rest is.
  bool UndoAll();

 private:
  enum class Was : std::uint8_t { kAbsent, kFile, kLink, kFolder, kMoved, kExchanged };
  struct Record {
    Was was;
    mode_t mode;
    std::uint64_t path;  // where it stands in `text_`
    std::uint64_t contents;
    std::uint64_t size;
    timespec times[2];
  };
  static constexpr std::uint32_t kMaxRecords = 1 << 14;
  static constexpr std::size_t kMaxPath = 4096;

  static bool MakeAbsolute(int folder, const char* path, char (&absolute)[kMaxPath]);
  const char* TextAt(std::uint64_t at) const;
  char* Room(std::size_t size);
  Outcome Note(Was was, const char* path);
  Outcome NoteFile(const char* path, Record* record);
  bool Undo(const Record& record);
  bool WriteBack(const Record& record, const char* path);

  std::uint32_t count_;
  std::uint64_t text_size_;
  Record records_[kMaxRecords];
};

// Copies of contents and names follow the notes.
inline constexpr std::size_t kFileUndoTextAt = (sizeof(FileUndo) + kPageSize) & ~(kPageSize - 1);

inline FileUndo& TheFileUndo() { return *reinterpret_cast<FileUndo*>(kFileUndoAddress); }

}  // namespace racecourse

#endif  // RACECOURSE_EXECUTION_FILE_UNDO_H_
