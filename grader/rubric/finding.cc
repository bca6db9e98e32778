#include "grader/rubric/finding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "grader/system/sha256.h"

namespace racecourse::grader {
namespace {

// The innermost line of the student in each stack. Outer frames are left out: whether two threads reach the racing
// line through one helper or another does not make it another bug.
void AddPlaces(const std::vector<Frame>& frames, std::vector<std::string>& places) {
  const auto frame = std::ranges::find(frames, Origin::kStudent, &Frame::origin);
  if (frame != frames.end()) places.push_back(absl::StrCat(frame->file, ":", frame->line, ":", frame->function));
}

}  // namespace

std::string CanonicalHash(const Finding& finding) {
  std::vector<std::string> places;
  for (const Stack& stack : finding.stacks) AddPlaces(stack.frames, places);
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  Fingerprint fingerprint;
  fingerprint.Add(finding.kind).Add(finding.test);
  for (const std::string& place : places) fingerprint.Add(place);
  return fingerprint.Hex().substr(0, 16);
}

}  // namespace racecourse::grader
