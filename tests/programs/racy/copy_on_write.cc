// expect: data_race
// Who holds the only reference writes in place; whether it is the only one is asked with relaxed order, without what
// the other one did before it let go.
#include <atomic>
#include <thread>

struct Text {
  std::atomic<int> references = 1;
  char letters[8] = "old";
};

void LetGo(Text* text) {
  if (text->references.fetch_sub(1, std::memory_order_relaxed) == 1) delete text;  // bug
}

Text* MakeMine(Text* text) {
  if (text->references.load(std::memory_order_relaxed) == 1) return text;
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
    first = shared->letters[0];  // bug
    LetGo(shared);
  });
  Text* mine = MakeMine(shared);
  mine->letters[0] = 'n';  // bug
  LetGo(mine);
  reader.join();
  return first == 'o' ? 0 : 1;
}
