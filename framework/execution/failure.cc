#include "framework/execution/failure.h"

#include <algorithm>
#include <vector>

#include "framework/core/text.h"
#include "framework/execution/execution.h"
#include "framework/trace/json_line.h"

namespace racecourse {
namespace {

std::string HexText(std::uint64_t number) {
  char buffer[24];
  Text(buffer).Hex(number);
  return buffer;
}

std::string FramesJson(const std::uint64_t* frames, std::uint32_t count) {
  JsonList list;
  for (std::uint32_t i = 0; i < count; ++i) list.Add("\"" + HexText(frames[i]) + "\"");
  return list.Text();
}

// Names the program that the addresses lie in, if it is another than the one that is explored.
JsonLine& NameProgram(JsonLine& line, ImageIndex image) {
  if (image != 0) line.Text("program", Shared().images[image].path);
  return line;
}

std::string StacksJson(const Finding& finding) {
  JsonList list;
  for (std::uint32_t i = 0; i < finding.stack_count; ++i) {
    const FindingStack& stack = finding.stacks[i];
    JsonLine line;
    line.Text("role", stack.role).Number("thread", stack.thread).Number("step", stack.step).Text("value", stack.value);
    list.Add(
        NameProgram(line, stack.stack.image).Raw("frames", FramesJson(stack.stack.frames, stack.stack.count)).Object());
  }
  return list.Text();
}

std::string ThreadsJson() {
  const SharedState& shared = Shared();
  JsonList list;
  for (std::uint32_t i = 0; i < shared.thread_record_count; ++i) {
    const ThreadRecord& record = shared.thread_records[i];
    JsonLine line;
    line.Number("id", record.id).Text("name", record.id == 0 ? "main" : "T" + std::to_string(record.id));
    if (record.id != 0) line.Number("created_by", record.created_by).Number("created_at_step", record.created_at_step);
    line.Text("state", record.state).Text("waits_for", record.waits_for);
    list.Add(NameProgram(line, record.stack.image)
                 .Raw("frames", FramesJson(record.stack.frames, record.stack.count))
                 .Object());
  }
  return list.Text();
}

std::string StepsJson() {
  const SharedState& shared = Shared();
  JsonList list;
  const std::uint32_t count = shared.step_record_count;
  const std::uint32_t first = count > SharedState::kMaxStepRecords ? count - SharedState::kMaxStepRecords : 0;
  for (std::uint32_t i = first; i < count; ++i) {
    const StepRecord& record = shared.step_records[i % SharedState::kMaxStepRecords];
    const ProgramImageRecord& image = shared.images[record.image];
    JsonLine line;
    line.Number("step", record.step)
        .Number("thread", record.thread_id)
        .Text("operation", OperationName(record.kind))
        .Text("object", record.object);
    if (record.address >= image.data_begin && record.address < image.data_end) {
      line.Text("symbol_address", HexText(record.address));
    }
    line.Text("outcome", record.outcome)
        .Text("value", record.value)
        .Flag("preempts", record.preempts)
        .Number("arrival", record.arrival)
        .Number("accesses", record.accesses);
    list.Add(NameProgram(line, record.image).Raw("frames", FramesJson(record.frames, record.frame_count)).Object());
  }
  return list.Text();
}

std::uint64_t IdentityOf(const Finding& finding) {
  std::vector<std::uint64_t> places;
  for (std::uint32_t i = 0; i < finding.stack_count; ++i) {
    const Stack& stack = finding.stacks[i].stack;
    const ProgramImageRecord& image = Shared().images[stack.image];
    for (std::uint32_t j = 0; j < stack.count; ++j) {
      if (stack.frames[j] < image.code_begin || stack.frames[j] >= image.code_end) continue;
      places.push_back((stack.frames[j] - image.code_begin) | std::uint64_t{stack.image} << 56);
      break;
    }
  }
  std::sort(places.begin(), places.end());
  std::uint64_t identity = static_cast<std::uint64_t>(finding.kind) + 1;
  for (const std::uint64_t place : places) identity = MixSeed(identity ^ place);
  return identity;
}

}  // namespace

std::string ReadItinerary() {
  const SharedState& shared = Shared();
  if (shared.arrival_count > SharedState::kMaxArrivals) return "";
  std::string itinerary;
  for (std::uint32_t i = 0; i < shared.arrival_count; ++i) {
    char entry[kArrivalTextMax];
    FormatArrival(shared.arrivals[i], i > 0 ? &shared.arrivals[i - 1] : nullptr, entry);
    if (i > 0) itinerary += ' ';
    itinerary += entry;
  }
  return itinerary;
}

Failure ReadFailure(bool is_recorded) {
  const SharedState& shared = Shared();
  const Finding& finding = shared.finding;
  Failure failure;
  failure.kind = finding.kind;
  failure.event_hash = shared.event_hash;
  failure.execution = shared.current_execution;
  failure.preemptions = shared.preemptions;
  failure.steps = shared.step_count;
  failure.work = shared.work;
  failure.conflict_granule = shared.conflict_granule;
  failure.conflict_code[0] = shared.conflict_code[0];
  failure.conflict_code[1] = shared.conflict_code[1];
  failure.message = finding.message;
  failure.schedule = std::make_unique<Schedule>();
  ScheduleOfLastExecution(failure.schedule.get());
  std::string text(std::size_t{32} + failure.schedule->plain_point_count * 18 + failure.schedule->deviation_count * 12,
                   '\0');
  text.resize(FormatSchedule(*failure.schedule, text.data(), text.size()));
  failure.schedule_text = text;
  failure.identity = IdentityOf(finding);
  if (!is_recorded) return failure;
  JsonLine object;
  object.Text("name", finding.object_name);
  if (finding.object_address != 0) {
    object.Text("address", HexText(finding.object_address));
    const ProgramImageRecord& image = Shared().images[finding.object_image];
    if (finding.object_address >= image.data_begin && finding.object_address < image.data_end) {
      NameProgram(object, finding.object_image).Text("symbol_address", HexText(finding.object_address));
    }
  }
  failure.object_json = object.Object();
  failure.stacks_json = StacksJson(finding);
  failure.threads_json = ThreadsJson();
  failure.steps_json = StepsJson();
  failure.itinerary = ReadItinerary();
  return failure;
}

}  // namespace racecourse
