// expect: clean
// A stencil in three phases: std::barrier with a completion function that swaps the rows.
#include <array>
#include <barrier>
#include <cassert>
#include <thread>
#include <vector>

constexpr int kCells = 3;
std::array<int, kCells> front = {1, 2, 3};
std::array<int, kCells> back = {};
int steps = 0;

void Swap() noexcept {
  std::swap(front, back);
  ++steps;
}

std::barrier<void (*)() noexcept> phase(kCells, Swap);

void Work(int cell) {
  for (int step = 0; step < 3; ++step) {
    back[cell] = front[(cell + kCells - 1) % kCells] + front[(cell + 1) % kCells];
    phase.arrive_and_wait();
  }
}

int main() {
  std::vector<std::thread> workers;
  for (int cell = 0; cell < kCells; ++cell) workers.emplace_back(Work, cell);
  for (std::thread& worker : workers) worker.join();
  assert(steps == 3);
  assert(front[0] + front[1] + front[2] == 48);
}
