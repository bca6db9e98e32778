#include "grader/report/observation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace racecourse::grader {
namespace {

using Json = nlohmann::json;

constexpr char kSchema[] = "racecourse-observation-1";

std::string PadLeft(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - DisplayWidth(text))), ' ') + text;
}

// One line about a variable that somebody looked at. The kernel tells root alone which page of memory is behind it.
std::string Sighting(absl::string_view who, const Json& seen, absl::string_view remark) {
  const auto frame = seen.at("frame").get<std::uint64_t>();
  return absl::StrCat("  ", PadRight(who, 34), PadRight(seen.at("address").get<std::string>(), 16),
                      PadLeft(absl::StrCat(seen.at("value").get<int>()), 6),
                      frame == 0 ? "" : PadLeft(absl::StrCat(frame), 12), remark.empty() ? "" : "  ", remark, "\n");
}

bool SamePage(const Json& a, const Json& b) { return a.at("frame") == b.at("frame"); }

std::string MemoryText(const Json& memory, const TerminalStyle& style) {
  const Json& process = memory.at("process");
  const Json& thread = memory.at("thread");
  const Json& shared = memory.at("shared");
  const bool has_frames = process.at("before").at("frame").get<std::uint64_t>() != 0;
  const auto page = [&](bool is_same) { return !has_frames ? "" : is_same ? "the same page" : "another page"; };
  std::string text = style.Paint(Ink::kBold, "One address, two memories") + "\n";
  absl::StrAppend(&text, "  ", PadRight("", 34), PadRight("address", 16), PadLeft("value", 6),
                  has_frames ? PadLeft("page no.", 12) : "", "\n");
  absl::StrAppend(&text, Sighting("parent, before fork", process.at("before"), ""));
  absl::StrAppend(&text, Sighting("child, at first", process.at("child_before"),
                                  page(SamePage(process.at("before"), process.at("child_before")))));
  absl::StrAppend(&text, Sighting("child, when it has written", process.at("child_after"),
                                  page(SamePage(process.at("before"), process.at("child_after")))));
  absl::StrAppend(&text, Sighting("parent, after that", process.at("after"),
                                  page(SamePage(process.at("before"), process.at("after")))));
  absl::StrAppend(&text, Sighting("a thread, when it has written", thread.at("other_after"), ""));
  absl::StrAppend(&text, Sighting("main thread, after that", thread.at("after"),
                                  page(SamePage(thread.at("other_after"), thread.at("after")))));
  absl::StrAppend(&text, Sighting("MAP_SHARED: child, having written", shared.at("child_after"), ""));
  absl::StrAppend(&text, Sighting("MAP_SHARED: parent, after that", shared.at("after"),
                                  page(SamePage(shared.at("child_after"), shared.at("after")))));
  return text;
}

std::string CopyOnWriteText(const Json& seen, const TerminalStyle& style) {
  std::string text = style.Paint(Ink::kBold, "What copy-on-write copied") + "\n";
  const auto line = [&](absl::string_view who, const Json& sizes, const std::string& faults) {
    absl::StrAppend(&text, "  ", PadRight(who, 34),
                    PadLeft(absl::StrCat(WithThousands(sizes.at("shared_kb").get<long>()), " kB"), 12),
                    PadLeft(absl::StrCat(WithThousands(sizes.at("private_kb").get<long>()), " kB"), 12),
                    faults.empty() ? "" : PadLeft(faults, 14), "\n");
  };
  const auto pages = seen.at("pages").get<long>();
  const auto written = seen.at("pages_written").get<long>();
  absl::StrAppend(&text, "  ", WithThousands(pages), " pages of ", WithThousands(seen.at("page_bytes").get<long>()),
                  " bytes; the child reads all of them and writes to ", WithThousands(written), ".\n");
  absl::StrAppend(&text, "  ", PadRight("", 34), PadLeft("shared", 12), PadLeft("its own", 12),
                  PadLeft("page faults", 14), "\n");
  line("parent, before fork", seen.at("parent_before_fork"), "");
  line("child, when it has read", seen.at("child_before"), WithThousands(seen.at("read_faults").get<long>()));
  line("child, when it has written", seen.at("child_after"), WithThousands(seen.at("write_faults").get<long>()));
  line("parent, when the child has ended", seen.at("parent_after"), "");
  return text;
}

std::string DescriptorsText(const Json& seen, const TerminalStyle& style) {
  std::string text = style.Paint(Ink::kBold, "Which descriptors are shared") + "\n";
  absl::StrAppend(&text, "  ", PadRight("", 34), PadLeft("number", 8), PadLeft("in child", 12),
                  PadLeft("in parent", 12), "\n");
  const auto line = [&](absl::string_view who, const Json& file) {
    const auto in_child = file.at("child_offset").get<long>();
    const auto in_parent = file.at("parent_offset").get<long>();
    absl::StrAppend(&text, "  ", PadRight(who, 34), PadLeft(absl::StrCat(file.at("descriptor").get<int>()), 8),
                    PadLeft(absl::StrCat("offset ", in_child), 12), PadLeft(absl::StrCat("offset ", in_parent), 12),
                    in_child == in_parent ? "  one open file" : "  two open files", "\n");
  };
  line("opened before fork, child reads", seen.at("copied"));
  line("opened by each, child reads", seen.at("opened_again"));
  const auto state = [&](const char* key) { return seen.at(key).get<bool>() ? "open" : "closed"; };
  absl::StrAppend(&text, "  ", PadRight("when the child has closed its own", 34),
                  PadLeft(absl::StrCat(seen.at("copied").at("descriptor").get<int>()), 8),
                  PadLeft(state("open_in_child_after_its_close"), 12),
                  PadLeft(state("open_in_parent_after_childs_close"), 12), "\n");
  return text;
}

std::string CostsText(const Json& costs, const TerminalStyle& style) {
  std::string text;
  for (const char* group : {"create", "switch"}) {
    absl::StrAppend(&text, group == std::string("create") ? "" : "\n",
                    style.Paint(Ink::kBold, absl::StrCat("What it costs to ", group)), "\n");
    absl::StrAppend(&text, "  ", PadRight("", 24), PadLeft("time", 10), PadLeft("page faults", 14),
                    PadLeft("switches", 10), "\n");
    for (const Json& cost : costs) {
      if (cost.at("group") != group) continue;
      absl::StrAppend(&text, "  ", PadRight(cost.at("what").get<std::string>(), 24),
                      PadLeft(InWords(cost.at("nanoseconds").get<double>()), 10),
                      PadLeft(absl::StrFormat("%.1f", cost.at("page_faults").get<double>()), 14),
                      PadLeft(absl::StrFormat("%.1f", cost.at("switches").get<double>()), 10), "  ",
                      style.Paint(Ink::kDim, cost.at("how").get<std::string>()), "\n");
    }
  }
  return text;
}

// --- the chart
// --------------------------------------------------------------------------------------------------------

constexpr double kLeft = 200;   // where the bars begin
constexpr double kRight = 800;  // where the largest could end
constexpr double kRowHeight = 24;
constexpr double kTop = 84;

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

std::string ChartOf(const Json& observation) {
  const Json& costs = observation.at("costs");
  double largest = 10;
  for (const Json& cost : costs) largest = std::max(largest, cost.at("nanoseconds").get<double>());
  const double decades = std::ceil(std::log10(largest));
  const auto x = [&](double nanoseconds) {
    return kLeft + (kRight - kLeft) * std::clamp(std::log10(std::max(nanoseconds, 1.0)) / decades, 0.0, 1.0);
  };
  std::string rows;
  double y = kTop;
  std::string group;
  for (const Json& cost : costs) {
    if (cost.at("group") != group) {
      group = cost.at("group").get<std::string>();
      absl::StrAppendFormat(&rows, "  <text x='12' y='%.0f' font-weight='bold'>to %s</text>\n", y + 16, Escaped(group));
      y += kRowHeight;
    }
    const auto nanoseconds = cost.at("nanoseconds").get<double>();
    absl::StrAppendFormat(&rows, "  <text x='%.0f' y='%.0f' text-anchor='end'>%s</text>\n", kLeft - 8, y + 16,
                          Escaped(cost.at("what").get<std::string>()));
    absl::StrAppendFormat(&rows,
                          "  <rect x='%.0f' y='%.0f' width='%.1f' height='16' fill='%s'><title>%s</title></rect>\n",
                          kLeft, y + 4, std::max(1.0, x(nanoseconds) - kLeft),
                          group == "create" ? "#33658a" : "#c8553d", Escaped(cost.at("how").get<std::string>()));
    absl::StrAppendFormat(&rows, "  <text x='%.1f' y='%.0f'>%s</text>\n", x(nanoseconds) + 6, y + 16,
                          InWords(nanoseconds));
    y += kRowHeight;
  }
  std::string scale;
  for (int decade = 0; decade <= static_cast<int>(decades); ++decade) {
    const double nanoseconds = std::pow(10, decade);
    absl::StrAppendFormat(&scale, "  <line x1='%.1f' y1='%.0f' x2='%.1f' y2='%.0f' stroke='#ddd'/>\n", x(nanoseconds),
                          kTop, x(nanoseconds), y + 4);
    absl::StrAppendFormat(&scale, "  <text x='%.1f' y='%.0f' text-anchor='middle' fill='#555'>%s</text>\n",
                          x(nanoseconds), kTop - 8, InWords(nanoseconds));
  }
  const Json& machine = observation.at("machine");
  return absl::StrFormat(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 900 %.0f' font-family='sans-serif' font-size='13' "
      "role='img'>\n"
      "  <title>What a process, a thread and a coroutine cost</title>\n"
      "  <rect width='100%%' height='100%%' fill='white'/>\n"
      "  <text x='12' y='24' font-size='16'>What a process, a thread and a coroutine cost</text>\n"
      "  <text x='12' y='44' fill='#555'>%s, %d processors; each line is ten times the last</text>\n"
      "%s%s</svg>\n",
      y + 16, Escaped(machine.at("kernel").get<std::string>()), machine.at("processors").get<int>(), scale, rows);
}

template <class Make>
absl::StatusOr<std::string> Made(const Json& observation, Make make) {
  // The object comes from another program: whatever is missing in it, or of another type, throws here.
  try {
    if (observation.at("schema") != kSchema) {
      return absl::InvalidArgumentError(absl::StrCat("an observation of another version than ", kSchema));
    }
    return make();
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("an observation that is not one: ", error.what()));
  }
}

}  // namespace

std::string InWords(double nanoseconds) {
  const char* unit = "ns";
  double number = nanoseconds;
  for (const char* larger : {"µs", "ms", "s"}) {
    if (number < 999.5) break;
    number /= 1000;
    unit = larger;
  }
  const bool has_fraction = number < 9.95 && number != std::floor(number);
  return absl::StrFormat("%.*f %s", has_fraction ? 1 : 0, number, unit);
}

absl::StatusOr<std::string> ObservationText(const Json& observation, const TerminalStyle& style) {
  return Made(observation, [&]() -> absl::StatusOr<std::string> {
    std::string text = absl::StrCat(MemoryText(observation.at("memory"), style), "\n",
                                    CopyOnWriteText(observation.at("copy_on_write"), style), "\n",
                                    DescriptorsText(observation.at("descriptors"), style));
    const Json& costs = observation.at("costs");
    if (!costs.empty()) absl::StrAppend(&text, "\n", CostsText(costs, style));
    absl::StrAppend(&text, "\nWhy each number is what it is: docs/course/processes.md\n");
    return text;
  });
}

absl::StatusOr<std::string> ObservationChart(const Json& observation) {
  return Made(observation, [&]() -> absl::StatusOr<std::string> {
    if (observation.at("costs").empty()) return absl::InvalidArgumentError("no costs were measured: nothing to draw");
    return ChartOf(observation);
  });
}

}  // namespace racecourse::grader
