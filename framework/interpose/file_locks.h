// The commands of fcntl that are about record locks.
#ifndef RACECOURSE_INTERPOSE_FILE_LOCKS_H_
#define RACECOURSE_INTERPOSE_FILE_LOCKS_H_

struct flock;

namespace racecourse {

bool IsLockCommand(int command);
// As fcntl, with one of them. Program code only.
int ControlLock(int fd, int command, struct flock* lock);

}  // namespace racecourse

#endif  // RACECOURSE_INTERPOSE_FILE_LOCKS_H_
