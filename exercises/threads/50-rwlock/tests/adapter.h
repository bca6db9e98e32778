// What the tests know about a submission: this interface, never the student's header itself.

#ifndef RWLOCK_ADAPTER_H_
#define RWLOCK_ADAPTER_H_

#include <memory>

namespace exercise {

class RwLockUnderTest {
 public:
  virtual ~RwLockUnderTest() = default;
  virtual void lock_shared() = 0;
  virtual void unlock_shared() = 0;
  virtual void lock() = 0;
  virtual void unlock() = 0;
  virtual bool try_upgrade() = 0;
  virtual void downgrade() = 0;
};

std::unique_ptr<RwLockUnderTest> MakeRwLock();

}  // namespace exercise

#endif  // RWLOCK_ADAPTER_H_
