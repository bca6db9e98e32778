// expect: clean
// Who holds the only reference writes in place; to see that it is the only one means to see what the others did.
#include <atomic>
#include <thread>

struct Text {
  std::atomic<int> references = 1;
  char letters[8] = "old";
};

void LetGo(Text* text) {
  if (text->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete text;
}

Text* MakeMine(Text* text) {
  if (text->references.load(std::memory_order_acquire) == 1) return text;
  Text* copy = new Text;
  for (int i = 0; i < 8; ++i) copy->letters[i] = text->letters[i];
  LetGo(text);
  return copy;
}

int main() {
  Text* shared = new Text;
  ++shared->references;
  char first = 0;
  std::thread reader([&] {
    first = shared->letters[0];
    LetGo(shared);
  });
  Text* mine = MakeMine(shared);
  mine->letters[0] = 'n';
  LetGo(mine);
  reader.join();
  return first == 'o' ? 0 : 1;
}
