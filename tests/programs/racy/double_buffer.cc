// expect: data_race
// The painter paints into the buffer that is not shown, without waiting until it is not being shown any more.
#include <array>
#include <semaphore>
#include <thread>

constexpr int kFrames = 3;
std::array<int, 4> buffers[2];
std::binary_semaphore painted(0);
std::binary_semaphore shown(1);

void Paint(int frame) {
  for (int& pixel : buffers[frame % 2]) pixel = frame;  // bug
}

bool Show(int frame) {
  for (int pixel : buffers[frame % 2]) {  // bug
    if (pixel != frame) return false;
  }
  return true;
}

int main() {
  std::thread painter([] {
    for (int frame = 0; frame < kFrames; ++frame) {
      Paint(frame);
      shown.acquire();
      painted.release();
    }
  });
  bool is_whole = true;
  for (int frame = 0; frame < kFrames; ++frame) {
    painted.acquire();
    shown.release();
    is_whole &= Show(frame);
  }
  painter.join();
  return is_whole ? 0 : 1;
}
