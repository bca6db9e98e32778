// Joins a submission to the tests: the only file that includes the student's header.

#include "adapter.h"

#include "rw_lock.h"  // First, so that it must include all that it needs.

namespace exercise {
namespace {

class StudentRwLock final : public RwLockUnderTest {
 public:
  void lock_shared() override { lock_.lock_shared(); }
  void unlock_shared() override { lock_.unlock_shared(); }
  void lock() override { lock_.lock(); }
  void unlock() override { lock_.unlock(); }
  bool try_upgrade() override { return lock_.try_upgrade(); }
  void downgrade() override { lock_.downgrade(); }

 private:
  RwLock lock_;
};

}  // namespace

std::unique_ptr<RwLockUnderTest> MakeRwLock() { return std::make_unique<StudentRwLock>(); }

}  // namespace exercise
