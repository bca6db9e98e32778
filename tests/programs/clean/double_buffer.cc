// expect: clean
// Before the painter paints into the hidden buffer it waits until the show of it is over.
#include <array>
#include <semaphore>
#include <thread>

constexpr int kFrames = 3;
std::array<int, 4> buffers[2];
std::binary_semaphore painted(0);
std::binary_semaphore shown(1);

void Paint(int frame) {
  for (int& pixel : buffers[frame % 2]) pixel = frame;
}

bool Show(int frame) {
  for (int pixel : buffers[frame % 2]) {
    if (pixel != frame) return false;
  }
  return true;
}

int main() {
  std::thread painter([] {
    for (int frame = 0; frame < kFrames; ++frame) {
      shown.acquire();
      Paint(frame);
      painted.release();
    }
  });
  bool is_whole = true;
  for (int frame = 0; frame < kFrames; ++frame) {
    painted.acquire();
    is_whole &= Show(frame);
    shown.release();
  }
  painter.join();
  return is_whole ? 0 : 1;
}
