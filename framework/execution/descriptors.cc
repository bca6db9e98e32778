#include "framework/execution/descriptors.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <new>

#include "framework/execution/finding_builder.h"
#include "framework/execution/processes.h"
#include "framework/execution/scheduler.h"
#include "framework/execution/system_call.h"

namespace racecourse {
namespace {

bool IsInTable(int fd) { return fd >= 0 && fd < DescriptorTable::kMax; }

DescriptorTable& TheTable() { return ProcessAt(ThisProcess()).descriptors; }

void DropChannel(std::uint32_t channel) {
  if (HasChannel(channel)) --TheExecution().open_files.channel_users[channel];
}

bool MayWriteTo(const DescriptorTable& table, std::uint32_t channel) {
  for (int fd = 0; fd < table.count; ++fd) {
    const std::uint16_t number = table.entries[fd].open_file;
    if (number != 0 && TheExecution().open_files.files[number - 1].outgoing == channel) return true;
  }
  return false;
}

// The current thread learns all that is known to those who have a writing end now, or had one.
__attribute__((noinline)) void LearnFromUnknownWriters(std::uint32_t number) {
  Execution& execution = TheExecution();
  Thread& self = *execution.current;
  Channel& channel = ChannelAt(number);
  channel.NoteUnknownWriter();
  channel.Blur(&self.accessor.clock);
  for (ThreadSlot slot = 0; slot < execution.slots_in_use; ++slot) {
    Thread& other = execution.threads[slot];
    if (&other == &self || other.state != Thread::State::kLive) continue;
    if (!MayWriteTo(ProcessAt(other.process).descriptors, number)) continue;
    SyncClock clock;
    Release(other, &clock);
    Acquire(self, clock);
  }
  channel.Close(false)->JoinInto(&self.accessor.clock);
}

// `bytes` were just taken out.
void LookForUnknownWriters(int fd, const OpenFile& file, std::uint64_t bytes) {
  const Channel& channel = ChannelAt(file.incoming);
  if (__builtin_expect(channel.HasUnknownWriters(), 0)) return LearnFromUnknownWriters(file.incoming);
  if (!channel.IsInOrder()) return;
  const std::uint64_t inside = BytesIn(fd) + bytes;
  // What was sent by a socket need not have arrived, or may have been thrown away.
  const bool is_known =
      file.kind == ObjectKind::kPipe ? inside == channel.BytesInside() : inside <= channel.BytesInside();
  if (__builtin_expect(!is_known, 0)) LearnFromUnknownWriters(file.incoming);
}

}  // namespace

OpenFile* FindOpenFile(int fd) {
  const DescriptorTable& table = TheTable();
  if (fd < 0 || fd >= table.count) return nullptr;
  const std::uint16_t file = table.entries[fd].open_file;
  return file != 0 ? &TheExecution().open_files.files[file - 1] : nullptr;
}

SyncObject& NewNumberedObject(ObjectKind kind) {
  Execution& execution = TheExecution();
  auto& object = *new (execution.shared_arena.Allocate(sizeof(SyncObject))) SyncObject();
  object.kind = kind;
  object.id = ++execution.open_files.object_count;
  object.generation = execution.generation;
  object.address = kNumberedObjectAddress + std::uintptr_t{8} * object.id;
  object.owner = kNoThread;
  return object;
}

SyncObject& DescriptorTableObject() {
  SyncObject*& table = TheExecution().open_files.table;
  if (table == nullptr) table = &NewNumberedObject(ObjectKind::kDescriptors);
  return *table;
}

OpenFile& NewOpenFile(ObjectKind kind, SyncObject& object) {
  OpenFiles& all = TheExecution().open_files;
  std::uint32_t at = 0;
  while (at < all.file_count && all.files[at].descriptors > 0) ++at;
  if (at == OpenFiles::kMaxFiles) ReportUncontrolled("more than 2,048 pipes and sockets are open at once");
  if (at == all.file_count) ++all.file_count;
  OpenFile& file = all.files[at];
  file = {};
  file.kind = kind;
  file.incoming = file.outgoing = kNoChannel;
  file.object = &object;
  return file;
}

std::uint32_t NewChannel(bool is_counted) {
  OpenFiles& all = TheExecution().open_files;
  std::uint32_t at = 0;
  while (at < all.channel_count && all.channel_users[at] > 0) ++at;
  if (at == OpenFiles::kMaxChannels) ReportUncontrolled("more than 4,096 pipes and connections are open at once");
  if (at == all.channel_count) ++all.channel_count;
  all.channel_users[at] = 0;
  all.channels[at].Begin(is_counted);
  return at;
}

void SetChannels(OpenFile& file, std::uint32_t incoming, std::uint32_t outgoing) {
  OpenFiles& all = TheExecution().open_files;
  if (HasChannel(incoming)) ++all.channel_users[incoming];
  if (HasChannel(outgoing)) ++all.channel_users[outgoing];
  DropChannel(file.incoming);
  DropChannel(file.outgoing);
  file.incoming = incoming;
  file.outgoing = outgoing;
}

Channel& ChannelAt(std::uint32_t channel) { return TheExecution().open_files.channels[channel]; }

std::uint32_t NetworkChannel() {
  OpenFiles& all = TheExecution().open_files;
  if (!HasChannel(all.network)) {
    all.network = NewChannel(true);
    ++all.channel_users[all.network];  // for good
  }
  return all.network;
}

void AddPendingConnection(const PendingConnection& connection) {
  OpenFiles& all = TheExecution().open_files;
  if (all.pending_count == OpenFiles::kMaxPending) ReportUncontrolled("more than 256 connections wait to be accepted");
  ++all.channel_users[connection.to_server];
  ++all.channel_users[connection.to_client];
  all.pending[all.pending_count++] = connection;
}

bool TakePendingConnection(std::uint64_t address, std::uint64_t from, PendingConnection* connection) {
  OpenFiles& all = TheExecution().open_files;
  std::uint32_t at = 0;
  while (at < all.pending_count && (all.pending[at].address != address || all.pending[at].from != from)) ++at;
  if (at == all.pending_count) return false;
  *connection = all.pending[at];
  --all.channel_users[connection->to_server];
  --all.channel_users[connection->to_client];
  --all.pending_count;
  for (; at < all.pending_count; ++at) all.pending[at] = all.pending[at + 1];
  return true;
}

void EnterDescriptor(int fd, OpenFile& file, bool closes_on_exec) {
  Execution& execution = TheExecution();
  DescriptorTable& table = TheTable();
  if (!IsInTable(fd)) ReportUncontrolled("a descriptor has a number above 1,023");
  // Something the engine does not see (fclose) may have closed the number before.
  if (FindOpenFile(fd) != nullptr) RemoveDescriptor(fd);
  Descriptor& entry = table.entries[fd];
  entry.open_file = static_cast<std::uint16_t>(&file - execution.open_files.files + 1);
  entry.closes_on_exec = closes_on_exec;
  entry.opened_by = execution.current->accessor.slot;
  entry.opened_at = execution.step_count + 1;
  ++file.descriptors;
  if (table.count <= fd) table.count = fd + 1;
}

void RemoveDescriptor(int fd) { RemoveDescriptorOf(ProcessAt(ThisProcess()), fd); }

void RemoveDescriptorOf(Process& process, int fd, const SyncClock* known) {
  if (fd < 0 || fd >= process.descriptors.count) return;
  const std::uint16_t number = process.descriptors.entries[fd].open_file;
  if (number == 0) return;
  OpenFile* file = &TheExecution().open_files.files[number - 1];
  process.descriptors.entries[fd] = Descriptor();
  if (HasChannel(file->outgoing)) {
    Execution& execution = TheExecution();
    SyncClock* const closers = ChannelAt(file->outgoing).Close(file->descriptors == 1);
    ReleaseJoin(*execution.current, closers);
    if (known != nullptr) closers->Join(*known, &execution.shared_arena);
  }
  if (--file->descriptors > 0) return;
  if (file->kind == ObjectKind::kTimer) {
    if (Timer* timer = TimerOf(*file)) DeleteTimer(*timer);
  }
  DropChannel(file->incoming);
  DropChannel(file->outgoing);
  file->incoming = file->outgoing = kNoChannel;
}

void NoteSent(OpenFile& file, std::uint64_t bytes) {
  if (!HasChannel(file.outgoing)) return;
  Execution& execution = TheExecution();
  ReleaseJoin(*execution.current, ChannelAt(file.outgoing).Send(bytes, &execution.shared_arena));
}

std::uint64_t BytesIn(int fd) {
  int bytes = 0;
  return SystemCall(SYS_ioctl, fd, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

void NoteReceived(int fd, OpenFile& file, std::uint64_t bytes) {
  if (!HasChannel(file.incoming)) return;
  Thread& self = *TheExecution().current;
  Channel& channel = ChannelAt(file.incoming);
  LookForUnknownWriters(fd, file, bytes);
  channel.Receive(bytes, &self.accessor.clock);
  if (bytes > 0) ReleaseJoin(self, &channel.Room());
}

void NoteSeen(int fd, OpenFile& file) {
  if (!HasChannel(file.incoming)) return;
  LookForUnknownWriters(fd, file, 0);
  ChannelAt(file.incoming).Look(&TheExecution().current->accessor.clock);
}

void RestoreDescriptors() {
  DescriptorTable& table = TheTable();
  for (int fd = 0; fd < table.count; ++fd) {
    if (table.entries[fd].open_file == 0) continue;
    table.entries[fd] = Descriptor();
    SystemCall(SYS_close, fd);
  }
  table.count = 0;
}

}  // namespace racecourse
