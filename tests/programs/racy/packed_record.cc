// expect: data_race
// Two threads set fields of a packed record, and one of them copies the whole of it.
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
    record.length = 7;  // bug
    record.offset = 9;  // bug
  });
  record.kind = 1;
  record.flags = 2;
  copy = record;  // bug
  std::printf("%u\n", copy.length);
  other.join();
  copy = record;
  return copy.length + copy.offset + copy.kind + copy.flags == 19 ? 0 : 1;
}
