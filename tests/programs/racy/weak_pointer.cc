// expect: crash
// Between the question whether the object is still there and its use the last owner lets go.
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
    if (!cached.expired()) width = cached.lock()->width;  // bug
  });
  image.reset();
  viewer.join();
  return width == 640 ? 0 : 1;
}
