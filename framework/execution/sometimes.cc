#include "framework/execution/sometimes.h"

#include <cstring>

#include "framework/execution/shared_state.h"
#include "framework/include/racecourse/sometimes_site.h"

// All sites of the program, collected by the linker; absent in a program that has none.
extern "C" __attribute__((weak)) const racecourse::internal::SometimesSite __start_racecourse_sometimes_sites[];
extern "C" __attribute__((weak)) const racecourse::internal::SometimesSite __stop_racecourse_sometimes_sites[];

namespace racecourse {
namespace {

using internal::SometimesSite;

// The record of a site, made at first use; nullptr when there are too many.
SometimesRecord* RecordOf(const SometimesSite* site) {
  SharedState& shared = Shared();
  for (SometimesRecord& record : shared.sometimes) {
    if (record.site == nullptr) record.site = site;
    if (record.site == site) return &record;
  }
  return nullptr;
}

bool WasTrue(const SometimesSite* site, bool* was_evaluated) {
  for (const SometimesRecord& record : Shared().sometimes) {
    if (record.site != site) continue;
    *was_evaluated = true;
    return record.was_true;
  }
  *was_evaluated = false;
  return false;
}

}  // namespace

std::optional<UnreachedSometimes> FirstUnreachedSometimes(const std::string& body_function) {
  if (__start_racecourse_sometimes_sites == nullptr) return std::nullopt;
  for (const SometimesSite* site = __start_racecourse_sometimes_sites; site < __stop_racecourse_sometimes_sites;
       ++site) {
    bool was_evaluated = false;
    if (WasTrue(site, &was_evaluated)) continue;
    const bool is_ours = !body_function.empty() && std::strstr(site->function, body_function.c_str()) != nullptr;
    if (is_ours || was_evaluated) return UnreachedSometimes{site->condition, site->file, site->line};
  }
  return std::nullopt;
}

}  // namespace racecourse

extern "C" void racecourse_sometimes(const racecourse::internal::SometimesSite* site, bool condition) {
  racecourse::SometimesRecord* record = racecourse::RecordOf(site);
  if (record != nullptr && condition) record->was_true = true;
}
