// What the kernel keeps for processes: locks of files, objects of System V, message queues. Ipc.* and Outside.* pass;
// those of Broken.* fail, at the lines marked `// NAME`.
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "racecourse/faults.h"
#include "racecourse/schedule_test.h"

namespace {

// What the child's status says if it ended by itself, else 256 plus the signal.
int Await(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

template <typename T>
T* SharedMemory() {
  return static_cast<T*>(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

// A file of its own for each execution, without a name.
int NewFile() { return open("/tmp", O_TMPFILE | O_RDWR, 0600); }
// The same file, opened once more.
int OpenAgain(int file) { return open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDWR); }

struct flock WholeFile(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

int Change(int set, int semaphore, int by, int flags = 0) {
  sembuf operation = {static_cast<unsigned short>(semaphore), static_cast<short>(by), static_cast<short>(flags)};
  return semop(set, &operation, 1);
}

struct Letter {
  long type;
  char text[8];
};

int Post(int queue, long type, const char* text) {
  Letter letter = {type, {}};
  strncpy(letter.text, text, sizeof letter.text - 1);
  return msgsnd(queue, &letter, sizeof letter.text, 0);
}

std::string Fetch(int queue, long type) {
  Letter letter = {};
  return msgrcv(queue, &letter, sizeof letter.text, type, 0) < 0 ? strerror(errno) : letter.text;
}

mqd_t NewQueue(const char* name, long messages) {
  mq_attr attributes = {};
  attributes.mq_maxmsg = messages;
  attributes.mq_msgsize = 8;
  return mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
}

}  // namespace

SCHEDULE_TEST(Ipc, FlockExcludesProcesses) {
  int* total = SharedMemory<int>();
  const int file = NewFile();
  const pid_t child = fork();
  const int mine = child == 0 ? OpenAgain(file) : file;
  EXPECT_EQ(flock(mine, LOCK_EX), 0);
  *total += 1;
  EXPECT_EQ(flock(mine, LOCK_UN), 0);
  if (child == 0) _exit(0);
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(*total, 2);
  close(file);
}

SCHEDULE_TEST(Ipc, FlockIsSharedByReadersAndInherited) {
  const int file = NewFile();
  const int again = OpenAgain(file);
  EXPECT_EQ(flock(file, LOCK_SH), 0);
  EXPECT_EQ(flock(again, LOCK_SH), 0);
  EXPECT_EQ(flock(again, LOCK_EX | LOCK_NB), -1);
  EXPECT_EQ(errno, EWOULDBLOCK);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(flock(file, LOCK_EX), 0);  // the lock that its parent has, made stronger: it is the same open file
    EXPECT_EQ(flock(file, LOCK_UN), 0);
    _exit(0);
  }
  close(again);
  EXPECT_EQ(Await(child), 0);
  close(file);
}

SCHEDULE_TEST(Ipc, LocksEndWithTheirOwner) {
  int* total = SharedMemory<int>();
  const int file = NewFile();
  const pid_t child = fork();
  if (child == 0) {
    struct flock lock = WholeFile(F_WRLCK);
    EXPECT_EQ(fcntl(file, F_SETLKW, &lock), 0);
    *total += 1;
    _exit(0);
  }
  struct flock lock = WholeFile(F_WRLCK);
  EXPECT_EQ(fcntl(file, F_SETLKW, &lock), 0);
  *total += 1;
  close(file);
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(*total, 2);
}

SCHEDULE_TEST(Ipc, RecordLocksTellTheirHolder) {
  const int file = NewFile();
  struct flock lock = WholeFile(F_WRLCK);
  EXPECT_EQ(fcntl(file, F_SETLK, &lock), 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    struct flock other = WholeFile(F_RDLCK);
    EXPECT_EQ(fcntl(file, F_SETLK, &other), -1);
    EXPECT_EQ(fcntl(file, F_GETLK, &other), 0);
    EXPECT_EQ(other.l_type, F_WRLCK);
    EXPECT_EQ(other.l_pid, parent);
    EXPECT_EQ(lockf(file, F_TEST, 0), -1);
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
  close(file);
}

SCHEDULE_TEST(Ipc, CircleOfRecordLocksIsRefused) {
  const int file = NewFile();
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const auto lock_byte = [&](off_t at) {
    struct flock lock = WholeFile(F_WRLCK);
    lock.l_start = at;
    lock.l_len = 1;
    return fcntl(file, F_SETLKW, &lock);
  };
  const pid_t child = fork();
  const int first = lock_byte(child == 0 ? 1 : 0);
  EXPECT_EQ(first, 0);
  const int second = lock_byte(child == 0 ? 0 : 1);
  EXPECT_TRUE(second == 0 || errno == EDEADLK);
  SOMETIMES(second != 0);
  if (child == 0) _exit(0);
  close(file);
  EXPECT_EQ(Await(child), 0);
  close(ends[0]);
  close(ends[1]);
}

SCHEDULE_TEST(Ipc, LocksOfOpenFilesExcludeThreads) {
  int total = 0;
  const int file = NewFile();
  const auto add = [&] {
    const int mine = OpenAgain(file);
    struct flock lock = WholeFile(F_WRLCK);
    EXPECT_EQ(fcntl(mine, F_OFD_SETLKW, &lock), 0);
    ++total;
    close(mine);
  };
  std::thread other(add);
  add();
  other.join();
  EXPECT_EQ(total, 2);
  close(file);
}

SCHEDULE_TEST(Ipc, SemaphoreSetOrdersProcesses) {
  int* value = SharedMemory<int>();
  const int set = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
  EXPECT_GE(set, 0);
  const pid_t child = fork();
  if (child == 0) {
    *value = 1;
    EXPECT_EQ(Change(set, 0, 1), 0);
    EXPECT_EQ(Change(set, 1, -1), 0);
    _exit(*value);
  }
  EXPECT_EQ(Change(set, 0, -1), 0);
  EXPECT_EQ(*value, 1);
  *value = 2;
  EXPECT_EQ(Change(set, 1, 1), 0);
  EXPECT_EQ(Await(child), 2);
  EXPECT_EQ(semctl(set, 0, GETVAL), 0);
  EXPECT_EQ(Change(set, 0, -1, IPC_NOWAIT), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(semctl(set, 0, IPC_RMID), 0);
  EXPECT_EQ(semctl(set, 0, GETVAL), -1);
  EXPECT_EQ(errno, EINVAL);
}

SCHEDULE_TEST(Ipc, SemaphoresOfASetAreTakenAtOnce) {
  const int set = semget(0x1234, 2, IPC_CREAT | IPC_EXCL | 0600);
  EXPECT_EQ(semget(0x1234, 2, 0), set);
  EXPECT_EQ(semget(0x1234, 2, IPC_CREAT | IPC_EXCL), -1);
  EXPECT_EQ(errno, EEXIST);
  unsigned short ones[2] = {1, 1};
  EXPECT_EQ(semctl(set, 0, SETALL, ones), 0);
  const auto dine = [&](unsigned short first, unsigned short second) {
    sembuf take[2] = {{first, -1, 0}, {second, -1, 0}};
    EXPECT_EQ(semop(set, take, 2), 0);
    sembuf give[2] = {{first, 1, 0}, {second, 1, 0}};
    EXPECT_EQ(semop(set, give, 2), 0);
  };
  const pid_t child = fork();
  if (child == 0) {
    dine(1, 0);
    _exit(0);
  }
  dine(0, 1);
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(semctl(set, 0, IPC_RMID), 0);
}

SCHEDULE_TEST(Ipc, UndoOfTheKilled) {
  const int set = semget(IPC_PRIVATE, 1, 0600);
  EXPECT_EQ(semctl(set, 0, SETVAL, 1), 0);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(Change(set, 0, -1, SEM_UNDO), 0);
    EXPECT_EQ(Change(set, 0, 1, SEM_UNDO), 0);
    _exit(0);
  }
  MAY_CRASH(child);
  EXPECT_EQ(Change(set, 0, -1, SEM_UNDO), 0);
  EXPECT_EQ(Change(set, 0, 1, SEM_UNDO), 0);
  const int status = Await(child);
  SOMETIMES(status == 256 + SIGKILL);
  EXPECT_EQ(semctl(set, 0, GETVAL), 1);
  EXPECT_EQ(semctl(set, 0, IPC_RMID), 0);
}

SCHEDULE_TEST(Ipc, WaitForZeroAndRemoval) {
  const int set = semget(IPC_PRIVATE, 2, 0600);
  EXPECT_EQ(semctl(set, 0, SETVAL, 2), 0);
  const pid_t child = fork();
  if (child == 0) {
    const bool was_zero = Change(set, 0, 0) == 0;
    EXPECT_TRUE(was_zero || errno == EINVAL);  // it began too late
    EXPECT_EQ(Change(set, 1, -1), -1);
    _exit(errno == EIDRM || errno == EINVAL ? 0 : 1);
  }
  EXPECT_EQ(Change(set, 0, -1), 0);
  EXPECT_EQ(Change(set, 0, -1), 0);
  SOMETIMES(semctl(set, 1, GETNCNT) == 1);
  SOMETIMES(semctl(set, 0, GETZCNT) == 1);
  const timespec moment = {0, 1'000'000};
  sembuf never = {1, -1, 0};
  EXPECT_EQ(semtimedop(set, &never, 1, &moment), -1);
  EXPECT_EQ(errno, EAGAIN);
  while (semctl(set, 0, GETZCNT) != 0) sched_yield();
  EXPECT_EQ(semctl(set, 0, IPC_RMID), 0);
  EXPECT_EQ(Await(child), 0);
}

SCHEDULE_TEST(Ipc, SegmentIsSharedWithAChildOfAnyAge) {
  const int ready = semget(IPC_PRIVATE, 1, 0600);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(Change(ready, 0, -1), 0);
    const int segment = shmget(0x77, 0, 0);
    EXPECT_GE(segment, 0);
    auto* value = static_cast<int*>(shmat(segment, nullptr, 0));
    EXPECT_EQ(*value, 41);
    *value = 42;
    EXPECT_EQ(shmdt(value), 0);
    _exit(0);
  }
  const int segment = shmget(0x77, 4096, IPC_CREAT | IPC_EXCL | 0600);
  auto* value = static_cast<int*>(shmat(segment, nullptr, 0));
  EXPECT_EQ(*value, 0);
  *value = 41;
  EXPECT_EQ(Change(ready, 0, 1), 0);
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(*value, 42);
  shmid_ds status;
  EXPECT_EQ(shmctl(segment, IPC_STAT, &status), 0);
  EXPECT_EQ(status.shm_nattch, 1u);
  EXPECT_EQ(shmctl(segment, IPC_RMID, nullptr), 0);
  EXPECT_EQ(*value, 42);
  EXPECT_EQ(shmdt(value), 0);
  EXPECT_EQ(shmat(segment, nullptr, 0), reinterpret_cast<void*>(-1));
  EXPECT_EQ(semctl(ready, 0, IPC_RMID), 0);
}

SCHEDULE_TEST(Ipc, MessagesByType) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  const pid_t child = fork();
  if (child == 0) {
    EXPECT_EQ(Post(queue, 2, "two"), 0);
    EXPECT_EQ(Post(queue, 1, "one"), 0);
    EXPECT_EQ(Post(queue, 2, "last"), 0);
    _exit(0);
  }
  EXPECT_EQ(Fetch(queue, 1), "one");
  EXPECT_EQ(Fetch(queue, -2), "two");
  EXPECT_EQ(Fetch(queue, 0), "last");
  EXPECT_EQ(Await(child), 0);
  Letter letter;
  EXPECT_EQ(msgrcv(queue, &letter, sizeof letter.text, 0, IPC_NOWAIT), -1);
  EXPECT_EQ(errno, ENOMSG);
  EXPECT_EQ(msgctl(queue, IPC_RMID, nullptr), 0);
}

SCHEDULE_TEST(Ipc, MessagesCarryWhatTheirSenderKnew) {
  int* value = SharedMemory<int>();
  const mqd_t queue = NewQueue("/letters", 1);
  EXPECT_GE(queue, 0);
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 1; i <= 3; ++i) {
      if (i == 1) *value = 1;
      EXPECT_EQ(mq_send(queue, "x", 1, static_cast<unsigned>(i)), 0);
    }
    _exit(0);
  }
  char buffer[8];
  unsigned priority = 0;
  for (unsigned i = 1; i <= 3; ++i) {
    EXPECT_EQ(mq_receive(queue, buffer, sizeof buffer, &priority), 1);
    EXPECT_EQ(priority, i);
    EXPECT_EQ(*value, 1);
  }
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(mq_close(queue), 0);
  EXPECT_EQ(mq_unlink("/letters"), 0);
}

SCHEDULE_TEST(Ipc, HighestPriorityFirst) {
  const mqd_t queue = NewQueue("/letters", 3);
  const pid_t child = fork();
  if (child == 0) {
    const mqd_t mine = mq_open("/letters", O_WRONLY | O_NONBLOCK);
    EXPECT_EQ(mq_send(mine, "low", 3, 1), 0);
    EXPECT_EQ(mq_send(mine, "high", 4, 9), 0);
    EXPECT_EQ(mq_send(mine, "low", 3, 1), 0);
    EXPECT_EQ(mq_send(mine, "none", 4, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
    _exit(0);
  }
  EXPECT_EQ(Await(child), 0);
  mq_attr attributes;
  EXPECT_EQ(mq_getattr(queue, &attributes), 0);
  EXPECT_EQ(attributes.mq_curmsgs, 3);
  char buffer[8];
  EXPECT_EQ(mq_receive(queue, buffer, 4, nullptr), -1);
  EXPECT_EQ(errno, EMSGSIZE);
  EXPECT_EQ(mq_receive(queue, buffer, sizeof buffer, nullptr), 4);
  EXPECT_EQ(mq_receive(queue, buffer, sizeof buffer, nullptr), 3);
  EXPECT_EQ(mq_receive(queue, buffer, sizeof buffer, nullptr), 3);
  timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  EXPECT_EQ(mq_timedreceive(queue, buffer, sizeof buffer, nullptr, &soon), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
  EXPECT_EQ(mq_unlink("/letters"), 0);
  EXPECT_EQ(mq_close(queue), 0);
}

// Most of an execution's time the file is not as it was.
SCHEDULE_TEST(Outside, ChangesAFile) {
  const int file = open("../notes", O_WRONLY | O_TRUNC);
  EXPECT_GE(file, 0);
  EXPECT_EQ(write(file, "changed\n", 8), 8);
  const pid_t child = fork();
  for (int i = 0; i < 20; ++i) sched_yield();
  if (child == 0) _exit(0);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(file);
}

// … and there is a name, and a child.
SCHEDULE_TEST(Outside, HoldsANameAndAChild) {
  const int segment = shm_open("/held", O_CREAT | O_RDWR, 0600);
  EXPECT_GE(segment, 0);
  const pid_t child = fork();
  for (int i = 0; i < 200; ++i) sched_yield();
  if (child == 0) _exit(0);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(segment);
  shm_unlink("/held");
}

SCHEDULE_TEST(Broken, FlockInOppositeOrders) {
  const int one = NewFile();
  const int two = NewFile();
  const pid_t child = fork();
  if (child == 0) {
    const int mine_one = OpenAgain(one);
    const int mine_two = OpenAgain(two);
    flock(mine_two, LOCK_EX);
    flock(mine_one, LOCK_EX);  // FlockInOppositeOrders
    _exit(0);
  }
  flock(one, LOCK_EX);
  flock(two, LOCK_EX);  // FlockInOppositeOrders
  flock(one, LOCK_UN);
  flock(two, LOCK_UN);
  Await(child);
}

SCHEDULE_TEST(Broken, LockedByOneOfTwo) {
  int* total = SharedMemory<int>();
  const int file = NewFile();
  const pid_t child = fork();
  if (child == 0) {
    *total += 1;  // LockedByOneOfTwo
    _exit(0);
  }
  flock(file, LOCK_EX);
  *total += 1;  // LockedByOneOfTwo
  flock(file, LOCK_UN);
  Await(child);
}

SCHEDULE_TEST(Broken, SemaphoreOfTheKilled) {
  const int set = semget(IPC_PRIVATE, 1, 0600);
  semctl(set, 0, SETVAL, 1);
  const pid_t child = fork();
  if (child == 0) {
    Change(set, 0, -1);
    Change(set, 0, 1);
    _exit(0);
  }
  MAY_CRASH(child);
  Await(child);
  Change(set, 0, -1);  // SemaphoreOfTheKilled
  semctl(set, 0, IPC_RMID);
}

SCHEDULE_TEST(Broken, RaceInASegment) {
  const int segment = shmget(IPC_PRIVATE, 4096, 0600);
  auto* value = static_cast<int*>(shmat(segment, nullptr, 0));
  shmctl(segment, IPC_RMID, nullptr);
  const pid_t child = fork();
  if (child == 0) {
    *value += 2;  // RaceInASegment
    _exit(0);
  }
  *value += 1;  // RaceInASegment
  Await(child);
}

SCHEDULE_TEST(Broken, NobodySends) {
  const int queue = msgget(IPC_PRIVATE, 0600);
  Post(queue, 1, "one");
  const pid_t child = fork();
  if (child == 0) {
    Post(queue, 3, "three");
    _exit(0);
  }
  Fetch(queue, 2);  // NobodySends
}

SCHEDULE_TEST(Broken, QueueIsFull) {
  const mqd_t queue = NewQueue("/letters", 1);
  mq_send(queue, "x", 1, 0);
  mq_send(queue, "x", 1, 0);  // QueueIsFull
}

SCHEDULE_TEST(Broken, SegmentIsLeft) {
  shmget(IPC_PRIVATE, 4096, 0600);  // SegmentIsLeft
}

SCHEDULE_TEST(Broken, SetIsLeft) {
  semget(IPC_PRIVATE, 1, 0600);  // SetIsLeft
}

SCHEDULE_TEST(Broken, MessageQueueIsLeft) {
  mq_close(NewQueue("/letters", 1));
  mq_attr attributes = {0, 1, 8, 0, {}};
  mq_open("/more", O_CREAT | O_RDWR, 0600, &attributes);  // MessageQueueIsLeft
  mq_unlink("/letters");
}
