// expect: clean
// Two threads set fields of a packed record, which overlap no byte although they share a word.
#include <cstdint>
#include <cstdio>
#include <thread>

#pragma pack(push, 1)
struct Record {
  std::uint8_t kind = 0;
  std::uint32_t length = 0;
  std::uint16_t flags = 0;
  std::uint64_t offset = 0;
};
#pragma pack(pop)

Record record;

int main() {
  Record copy;
  std::thread other([&] {
    record.length = 7;
    record.offset = 9;
  });
  record.kind = 1;
  record.flags = 2;
  other.join();
  copy = record;
  return copy.length + copy.offset + copy.kind + copy.flags == 19 ? 0 : 1;
}
