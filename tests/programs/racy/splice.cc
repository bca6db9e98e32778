// expect: data_race
// Tasks move from list to list: nothing but their links change, and those change without the lock.
#include <list>
#include <mutex>
#include <thread>

std::mutex mutex;
std::list<int> tasks = {1, 2, 3};

void MoveToEnd() {
  tasks.splice(tasks.end(), tasks, tasks.begin());  // bug
}

int main() {
  std::thread other(MoveToEnd);
  MoveToEnd();
  other.join();
  return tasks.front() == 3 ? 0 : 1;
}
