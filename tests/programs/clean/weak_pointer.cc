// expect: clean
// The share that lock() gives keeps the object while it is used.
#include <memory>
#include <thread>

struct Image {
  int width = 640;
};

int main() {
  auto image = std::make_shared<Image>();
  std::weak_ptr<Image> cached = image;
  int width = 640;
  std::thread viewer([&] {
    if (const std::shared_ptr<Image> held = cached.lock()) width = held->width;
  });
  image.reset();
  viewer.join();
  return width == 640 ? 0 : 1;
}
