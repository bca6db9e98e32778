// One direction of a pipe or of a connection: the bytes on their way, as parcels that carry what their sender knew.
//
// What a thread did before it wrote bytes happens before the read that gets them, and so does what anybody
// did before closing a writing end, the last or not, for the read that learns of the end. Source: no text of POSIX says
// so in as many words; every program that hands work over in a pipe stands on it, and the kernel's own lock on the pipe
// provides it.
#ifndef RACECOURSE_MODEL_CHANNEL_H_
#define RACECOURSE_MODEL_CHANNEL_H_

#include <cstdint>

#include "framework/core/arena.h"
#include "framework/core/vector_clock.h"

namespace racecourse {

// What one write put into the channel.
struct Parcel {
  Parcel* next;
  std::uint64_t end;  // of its bytes, counted from the channel's beginning
  SyncClock clock;    // what its sender knew
};

class Channel {
 public:
  // `is_counted`: a read takes all that was written, however little it returns (eventfd), or the order of arrival is
  // not known (datagrams): all clocks are one.
  void Begin(bool is_counted) {
    first_ = last_ = nullptr;
    written_ = read_ = 0;
    first_begin_ = 0;
    is_counted_ = is_counted;
    all_ = SyncClock();
    room_ = SyncClock();
    closers_ = SyncClock();
    has_ended_ = has_unknown_writers_ = false;
  }

  // The clock into which the sender of `bytes` releases what it knows.
  SyncClock* Send(std::uint64_t bytes, Arena* arena) {
    written_ += bytes;
    if (is_counted_) return &all_;
    auto* parcel = static_cast<Parcel*>(arena->Allocate(sizeof(Parcel)));
    parcel->next = nullptr;
    parcel->end = written_;
    parcel->clock = SyncClock();
    if (last_ == nullptr) {
      first_ = parcel;
      first_begin_ = written_ - bytes;
    } else {
      last_->next = parcel;
    }
    last_ = parcel;
    return &parcel->clock;
  }

  // `bytes` were taken out: `reader` learns what their senders knew. With 0, the reader learns of the end, and so of
  // everything.
  void Receive(std::uint64_t bytes, ThreadClock* reader) {
    if (is_counted_ || bytes == 0) return Look(reader);
    read_ += bytes;
    while (first_ != nullptr && first_begin_ < read_) {
      first_->clock.JoinInto(reader);
      if (first_->end > read_) break;  // the rest of it is for another read
      first_begin_ = first_->end;
      first_ = first_->next;
    }
    if (first_ == nullptr) last_ = nullptr;
  }

  // Sees that something is there without taking it: `reader` learns of all that is, the end too, if there are no bytes
  // or nobody is left to write any.
  void Look(ThreadClock* reader) const {
    if (is_counted_) all_.JoinInto(reader);
    if (is_counted_ || has_ended_ || written_ == read_) closers_.JoinInto(reader);
    for (const Parcel* parcel = first_; parcel != nullptr; parcel = parcel->next) parcel->clock.JoinInto(reader);
  }

  // Somebody that is not watched may read from it and write to it from here on: whoever reads learns of all that was
  // written before. Returns the clock that all senders release into.
  SyncClock* Blur(ThreadClock* learner) {
    Look(learner);
    is_counted_ = true;
    first_ = last_ = nullptr;
    return &all_;
  }

  // The clock into which who closes a writing end, the last or not, releases what it knows.
  SyncClock* Close(bool is_last) {
    has_ended_ |= is_last;
    return &closers_;
  }

  // Reads make room for writes that had to wait: what readers knew when they last read.
  SyncClock& Room() { return room_; }

  std::uint64_t BytesInside() const { return written_ - read_; }
  // False where clocks are not told apart: then BytesInside says nothing.
  bool IsInOrder() const { return !is_counted_; }

  // Somebody wrote to it or read from it and nobody saw that.
  bool HasUnknownWriters() const { return has_unknown_writers_; }
  void NoteUnknownWriter() { has_unknown_writers_ = true; }

 private:
  Parcel* first_ = nullptr;  // invariant: their ends ascend
  Parcel* last_ = nullptr;
  std::uint64_t first_begin_ = 0;  // where the first parcel's bytes begin
  std::uint64_t written_ = 0;
  std::uint64_t read_ = 0;
  bool is_counted_ = false;
  SyncClock all_;
  SyncClock room_;
  SyncClock closers_;
  bool has_ended_ = false;
  bool has_unknown_writers_ = false;
};

}  // namespace racecourse

#endif  // RACECOURSE_MODEL_CHANNEL_H_
