// expect: clean
// Tasks move from list to list under the lock.
#include <list>
#include <mutex>
#include <thread>

std::mutex mutex;
std::list<int> tasks = {1, 2, 3};

void MoveToEnd() {
  std::lock_guard lock(mutex);
  tasks.splice(tasks.end(), tasks, tasks.begin());
}

int main() {
  std::thread other(MoveToEnd);
  MoveToEnd();
  other.join();
  return tasks.front() == 3 ? 0 : 1;
}
